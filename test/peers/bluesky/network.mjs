// Starts the Bluesky network in this process, and its PostgreSQL and Redis beside it.
// Run by ./start, which says how to use it.
import { spawn, spawnSync } from 'node:child_process'
import dns from 'node:dns'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

const { values: opt } = parseArgs({
  options: {
    pds: { type: 'string' },
    plc: { type: 'string' },
    bsky: { type: 'string' },
    ozone: { type: 'string' },
    limits: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
  },
})

// stdout is for the one line; whatever a library prints goes to stderr.
const out = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

// The servers of the network listen on all interfaces and have no option for it.
const loopback = '127.0.0.1'
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  const first = args[0]
  if (first !== null && typeof first === 'object' && !('fd' in first) && !('path' in first)) {
    args[0] = { ...first, host: loopback }
  } else if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    const rest = args.slice(1).filter((a) => typeof a !== 'string' && a !== undefined)
    args = [Number(first), loopback, ...rest]
  } else if (first === undefined || typeof first === 'function') {
    args = [0, loopback, ...args.filter((a) => typeof a === 'function')]
  }
  return listen.apply(this, args)
}
dns.setDefaultResultOrder('ipv4first')

// Everything that is written goes into one directory, removed at the end. It is
// not under the repository: PostgreSQL runs as another user when we are root.
// Those of runs that were killed with -9 are swept first.
for (const name of fs.readdirSync(os.tmpdir())) {
  const pid = /^vigie-bluesky-(\d+)-/.exec(name)?.[1]
  if (pid && !fs.existsSync(`/proc/${pid}`)) fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true })
}
const run = fs.mkdtempSync(path.join(os.tmpdir(), `vigie-bluesky-${process.pid}-`))
fs.chmodSync(run, 0o711)
fs.mkdirSync(path.join(run, 'tmp'))
process.env.TMPDIR = path.join(run, 'tmp')

const children = []
let network
let ending = false
async function end(code) {
  if (ending) return
  ending = true
  setTimeout(() => finish(code), 8000).unref()
  try {
    await network?.close()
  } catch (err) {
    console.error(`bluesky: closing: ${err}`)
  }
  finish(code)
}
function finish(code) {
  for (const c of children) c.kill('SIGKILL') // throwaway data: nothing to flush
  fs.rmSync(run, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}
for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => void end(0))
const stdin = fs.fstatSync(0)
if (stdin.isFIFO() || stdin.isSocket()) {
  process.stdin.on('end', () => void end(0)).on('error', () => void end(0))
  process.stdin.resume()
}
// A dropped database connection while everything ends is no news.
process.on('uncaughtException', (err) => {
  if (ending) return
  console.error(err)
  void end(1)
})
process.on('unhandledRejection', (err) => {
  if (!ending) console.error('bluesky: unhandled:', err)
})

const free = () =>
  new Promise((resolve, reject) => {
    const s = net.createServer().on('error', reject)
    s.listen(0, () => {
      const { port } = s.address()
      s.close(() => resolve(port))
    })
  })
const port = async (given) => (given ? Number(given) : await free())

// A child dies with us, even when we are killed with -9.
const setpriv = spawnSync('setpriv', ['--version']).status === 0
const guard = (sig) => (setpriv ? ['setpriv', '--pdeathsig', sig] : [])
function child(words, env = process.env) {
  const c = spawn(words[0], words.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], env })
  let said = ''
  c.stderr.on('data', (b) => (said = (said + b).slice(-2000)))
  c.on('exit', (code) => {
    if (ending) return
    console.error(`bluesky: ${words.find((w) => /redis|postgres$/.test(w)) ?? words[0]} ended (${code}): ${said}`)
    void end(1)
  })
  children.push(c)
}

// answers waits until a server accepts connections: polling, with a long deadline.
async function answers(p, name) {
  for (const until = Date.now() + 120_000; Date.now() < until; ) {
    const ok = await new Promise((resolve) => {
      const s = net.connect(p, loopback, () => resolve(true)).on('error', () => resolve(false))
      s.on('connect', () => s.destroy())
    })
    if (ok) return
    await new Promise((r) => setTimeout(r, 50))
  }
  throw new Error(`${name} did not answer`)
}

const which = (name) => {
  const versions = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql') : []
  const places = [
    ...versions.sort((a, b) => b - a).map((v) => `/usr/lib/postgresql/${v}/bin`),
    ...process.env.PATH.split(':'),
  ]
  return places.map((p) => path.join(p, name)).find((p) => fs.existsSync(p))
}

async function postgres(initdb, server) {
  const data = path.join(run, 'pg')
  fs.mkdirSync(data)
  let as = []
  if (process.getuid() === 0) {
    spawnSync('chown', ['postgres:postgres', data])
    as = ['--reuid=postgres', '--regid=postgres', '--init-groups']
  }
  const user = as.length ? ['setpriv', ...as] : []
  const made = spawnSync([...user, initdb][0], [...user, initdb, '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'].slice(1), { encoding: 'utf8', cwd: run })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const p = await free()
  const words = [server, '-D', data, '-p', String(p), '-c', `listen_addresses=${loopback}`, '-c', `unix_socket_directories=${data}`, '-c', 'fsync=off', '-c', 'max_connections=200']
  child([...guard('QUIT'), ...as, ...words])
  await answers(p, 'postgres')
  return `postgres://postgres@${loopback}:${p}/postgres`
}

async function redis(server) {
  const p = await free()
  child([...guard('KILL'), server, '--port', String(p), '--bind', loopback, '--save', '', '--appendonly', 'no', '--dir', run])
  await answers(p, 'redis')
  return `${loopback}:${p}`
}

// ready waits until PostgreSQL has finished its own start: it accepts before.
async function ready(url) {
  const { default: pg } = await import('pg')
  for (const until = Date.now() + 120_000; ; ) {
    const c = new pg.Client({ connectionString: url })
    try {
      await c.connect()
      await c.end()
      return
    } catch (err) {
      await c.end().catch(() => {})
      if (Date.now() > until) throw err
      await new Promise((r) => setTimeout(r, 50))
    }
  }
}

try {
  const t0 = Date.now()
  const tools = { initdb: which('initdb'), postgres: which('postgres'), redis: which('redis-server') }
  const missing = Object.entries(tools).filter(([, v]) => !v).map(([k]) => k)
  process.env.PDS_RATE_LIMITS_ENABLED = opt.limits ? 'true' : 'false'
  process.env.NODE_ENV = 'development'
  const pds = { port: await port(opt.pds), hostname: 'localhost', enableDidDocWithSession: true, rateLimitsEnabled: opt.limits }
  const plc = { port: await port(opt.plc) }
  const { TestNetwork, TestNetworkNoAppView, TestPlc, TestPds, mockNetworkUtilities } = await import('@atproto/dev-env')
  const alone = opt.alone || missing.length > 0
  if (!alone) {
    process.env.DB_POSTGRES_URL = await postgres(tools.initdb, tools.postgres)
    process.env.DB_POSTGRES_SCHEMA = 'bsky'
    process.env.REDIS_HOST = await redis(tools.redis)
    await ready(process.env.DB_POSTGRES_URL)
    const bskyPort = await port(opt.bsky)
    network = await TestNetwork.create({
      pds,
      plc,
      bsky: { dbPostgresSchema: 'bsky', port: bskyPort, publicUrl: `http://localhost:${bskyPort}` },
      ozone: { port: await port(opt.ozone) },
    })
  } else {
    const p = await TestPlc.create(plc)
    const s = await TestPds.create({ didPlcUrl: p.url, ...pds })
    mockNetworkUtilities(s)
    network = new TestNetworkNoAppView(p, s)
  }
  const at = (x) => (x ? `http://${loopback}:${x.port}` : null)
  const line = {
    url: at(network.pds),
    plc: at(network.plc),
    bsky: at(network.bsky),
    ozone: at(network.ozone),
    admin: network.pds.ctx.cfg.adminPassword ?? 'admin-pass',
    domain: '.test',
    missing: !alone ? '' : opt.alone ? 'no AppView: --alone' : `no AppView: ${missing.join(', ')} not installed`,
    ms: Date.now() - t0,
  }
  out(JSON.stringify(line) + '\n')
} catch (err) {
  console.error('bluesky: did not start:', err)
  void end(1)
}
