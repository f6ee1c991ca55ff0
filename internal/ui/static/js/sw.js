// Without a connection a page that is asked for becomes one that says so. The
// worker keeps that page and its style, nothing else: what people read in
// Vigie stays on the server.
const version = new URL(self.location).searchParams.get("v");
const name = "vigie-" + version;
const style = ["tokens.css", "vigie.css", "vues.css", "app.css", "icons.svg", "favicon.svg", "fonts/radio-canada-latin-wght-normal.woff2"];

self.addEventListener("install", (e) => {
  self.skipWaiting();
  e.waitUntil(caches.open(name).then((c) => c.addAll(["/offline", ...style.map((f) => "/static/" + version + "/" + f)])));
});

self.addEventListener("activate", (e) => {
  e.waitUntil(
    caches
      .keys()
      .then((all) => Promise.all(all.filter((k) => k.startsWith("vigie-") && k !== name).map((k) => caches.delete(k))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (e) => {
  const { request } = e;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    e.respondWith(fetch(request).catch(() => caches.match("/offline")));
  } else if (new URL(request.url).pathname.startsWith("/static/" + version + "/")) {
    e.respondWith(caches.match(request).then((hit) => hit || fetch(request)));
  }
});
