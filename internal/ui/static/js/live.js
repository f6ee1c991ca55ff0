// What another person does appears without a reload. Events come as a stream
// of server-sent events, read with fetch: EventSource cannot hear kinds it was
// not told of, nor say why it was refused.
import { connection } from "./toast.js";

const body = document.body;
const url = body.dataset.liveUrl;
const query = () => "?" + new URLSearchParams((body.dataset.topics || "").split(" ").filter(Boolean).map((t) => ["topic", t]));

// Everything since the page was asked for, not since the stream opened: what
// happens in between is told too.
let last = body.dataset.liveSince || "";
let wait = 2000;
let failures = 0;
let stop = null; // ends the open stream
let timer0 = 0;

// One stream a window, and only while it is looked at: a browser opens six
// connections to a server that speaks HTTP/1.1, and she has many tabs. Who
// comes back hears what was missed.
async function listen() {
  clearTimeout(timer0);
  if (stop || document.hidden) return;
  const mine = (stop = new AbortController());
  const head = { Accept: "text/event-stream" };
  if (last) head["Last-Event-ID"] = last;
  try {
    const res = await fetch(url + query(), { headers: head, cache: "no-store", signal: mine.signal });
    if (res.status === 401 || res.status === 403 || res.status === 404) return; // signed out: the next click says so
    if (!res.ok || !res.body) throw new Error("HTTP " + res.status);
    if (failures > 1) {
      connection(true);
      refresh(() => true);
    }
    failures = 0;
    await read(res.body);
  } catch {
    if (mine.signal.aborted) return;
    if (++failures === 2) connection(false);
  }
  if (stop !== mine) return;
  stop = null;
  // Apart from each other: everybody comes back after a restart.
  timer0 = setTimeout(listen, wait * (1 + Math.random()) * Math.min(8, 1 + failures));
}

function hush() {
  clearTimeout(timer0);
  stop?.abort();
  stop = null;
}

let away = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(away);
  if (document.hidden) away = setTimeout(hush, 10000);
  else if (url) listen();
});
window.addEventListener("pagehide", hush);
// A page that shows something new (a draft just made) listens to it too.
document.addEventListener("vigie:topics", () => {
  hush();
  if (url) listen(), here(false);
});
window.addEventListener("pageshow", (e) => {
  if (e.persisted && url) {
    listen();
    refresh(() => true);
  }
});

async function read(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      take(rest.slice(0, end));
      rest = rest.slice(end + 2);
    }
  }
}

function take(block) {
  let kind = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("id: ")) last = line.slice(4);
    else if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
    else if (line.startsWith("retry: ")) wait = +line.slice(7) || wait;
  }
  if (!data) return;
  let detail;
  try {
    detail = { kind, ...JSON.parse(data) };
  } catch {
    return;
  }
  if (kind === "presence") present(detail.topic, detail.data || []);
  else if (kind === "resync") refresh(() => true);
  else refresh((kinds) => kinds.includes(kind) || kinds.includes("*"));
  document.dispatchEvent(new CustomEvent("vigie:event", { detail }));
}

// refresh fetches the page again, once for all that happened in a moment, and
// replaces the marked elements by their newer selves. One reading at a time: of
// two on their way together, the older answer may be the last to arrive.
const due = new Set();
let timer = 0;
let reading = false;
let refused = 0;

function refresh(wants) {
  for (const el of document.querySelectorAll("[data-live][id]")) {
    if (wants(el.dataset.live.split(/\s+/))) due.add(el.id);
  }
  soon(150);
}

function soon(ms) {
  if (due.size && !timer && !reading) timer = setTimeout(renew, ms);
}

const busy = (el) => el.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, [contenteditable]");

async function renew() {
  timer = 0;
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => soon(50), { once: true });
    return;
  }
  const bySrc = new Map();
  for (const id of due) {
    const el = document.getElementById(id);
    // What is being written in waits until she leaves it.
    if (el && busy(el)) {
      el.addEventListener("focusout", () => soon(300), { once: true });
      continue;
    }
    due.delete(id);
    if (!el) continue;
    const src = el.dataset.liveSrc || location.pathname + location.search;
    bySrc.set(src, [...(bySrc.get(src) || []), id]);
  }
  if (!bySrc.size) return;
  reading = true;
  let failed = false;
  for (const [src, list] of bySrc) {
    try {
      const res = await fetch(src, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (res.redirected) continue; // signed out: the next click says so
      if (res.status === 429 || res.status >= 500) {
        failed = true;
        for (const id of list) due.add(id);
      }
      if (!res.ok) continue;
      const doc = new DOMParser().parseFromString(await res.text(), "text/html");
      for (const id of list) swap(id, doc.getElementById(id));
      // Counts of the rail and the like come along, for nothing.
      for (const el of document.querySelectorAll("[data-live-along][id]")) if (!busy(el)) swap(el.id, doc.getElementById(el.id));
    } catch {
      failed = true;
      for (const id of list) due.add(id);
    }
  }
  reading = false;
  refused = failed ? refused + 1 : 0;
  // What could not be read is asked for again, ever less often; what happened
  // meanwhile, at once.
  soon(failed ? Math.min(60000, 1000 * 2 ** refused) : 150);
  document.dispatchEvent(new CustomEvent("vigie:refreshed"));
}

function swap(id, fresh) {
  const old = document.getElementById(id);
  if (!old || !fresh || old.isEqualNode(fresh)) return;
  const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scroll = old.scrollTop;
  const open = [...old.querySelectorAll("details[open][id]")].map((d) => d.id);
  const node = document.importNode(fresh, true);
  old.replaceWith(node);
  node.scrollTop = scroll;
  for (const d of open) document.getElementById(d)?.setAttribute("open", "");
  if (focus) document.getElementById(focus)?.focus();
  window.htmx?.process(node);
}

// Presence: the discs of the others on what this page shows.
function present(topic, people) {
  const me = body.dataset.topics.match(/person:(\S+)/)?.[1];
  for (const at of document.querySelectorAll("[data-presence]")) {
    if (at.dataset.presence !== topic) continue;
    at.replaceChildren(
      ...people
        .filter((p) => p.id !== me)
        .map((p) => {
          const disc = document.createElement("span");
          const label = body.dataset.here.replace("{who}", p.name);
          const parts = p.name.trim().split(/\s+/);
          disc.className = "ava ava--s ava--live";
          disc.setAttribute("role", "img");
          disc.setAttribute("aria-label", label);
          disc.title = label;
          disc.textContent = (parts[0][0] + (parts.length > 1 ? parts.at(-1)[0] : "")).toUpperCase();
          return disc;
        }),
    );
  }
}

async function here(gone) {
  for (const at of document.querySelectorAll("[data-presence]")) {
    const topic = at.dataset.presence;
    if (!topic) continue; // nothing is kept yet of what this page writes
    const form = new URLSearchParams({ topic });
    if (gone) {
      form.set("gone", "1");
      navigator.sendBeacon("/here", form);
      continue;
    }
    try {
      const res = await fetch("/here", { method: "POST", body: form, headers: { Accept: "application/json" } });
      if (res.ok) present(topic, await res.json());
    } catch {
      // said again in half a minute
    }
  }
}

function start() {
  listen();
  here(false);
  setInterval(() => document.hidden || here(false), 30000);
  window.addEventListener("pagehide", () => here(true));
}

// The other scripts of the page hear its events too, and are not all there yet:
// what is told to nobody is not told again.
if (url) document.addEventListener("DOMContentLoaded", start, { once: true });
