// Makes a fresh Ghost a blog with an owner, open comments and an integration, and
// prints how to get in. Without a browser: the calls that its own pages make.
const [url, version, server] = process.argv.slice(2)
const owner = { email: 'claire@kerlann.example', password: 'only for the tests 4312' }
let cookie = ''

async function ask(method, path, body) {
  const res = await fetch(`${url}/ghost/api/admin/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Origin: url, ...(cookie && { Cookie: cookie }) },
    body: body && JSON.stringify(body),
  })
  const said = await res.text() // to its end: the session is kept before it, not before its beginning
  if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${said.slice(0, 300)}`)
  cookie ||= (res.headers.getSetCookie()[0] ?? '').split(';')[0]
  return res.headers.get('content-type')?.includes('json') ? JSON.parse(said) : null
}

// Ghost answers 503 with a page while it makes its tables.
for (const until = Date.now() + 180_000; ; await new Promise((r) => setTimeout(r, 200))) {
  try {
    await ask('GET', 'site/')
    break
  } catch (err) {
    process.kill(Number(server), 0) // throws when it ended
    if (Date.now() > until) throw err
  }
}
cookie = ''
await ask('POST', 'authentication/setup/', { setup: [{ name: 'Claire', ...owner, blogTitle: 'Le blog de la Maison Kerlann' }] })
cookie = ''
await ask('POST', 'session/', { username: owner.email, password: owner.password })
await ask('PUT', 'settings/', { settings: [{ key: 'comments_enabled', value: 'all' }] })
const made = await ask('POST', 'integrations/?include=api_keys', { integrations: [{ name: 'Vigie' }] })
const key = made.integrations[0].api_keys.find((k) => k.type === 'admin').secret
console.log(JSON.stringify({ url, key, version }))
