// What the calendar's modules share: the page's data, the hours, the choice,
// the way to the server.
export const root = () => document.getElementById("cal");

// can tells whether posts may be moved here at all.
export const can = () => Boolean(root()?.dataset.new);

const shown = (el) => el.offsetParent !== null;
export const cards = () => [...document.querySelectorAll("#cal [data-post]")].filter(shown);
export const card = (id) => cards().find((c) => c.dataset.post === id) || document.querySelector(`#cal [data-post="${CSS.escape(id)}"]`);
export const titleOf = (el) => (el.querySelector(".t, .cal-t, .go, .clip")?.textContent || "").trim();

const region = () => document.getElementById("cal-say");
let quiet = 0;

// say tells a screen reader, and shows what is said while something is held.
export function say(text, held) {
  const r = region();
  if (!r) return;
  clearTimeout(quiet);
  r.toggleAttribute("data-quiet", !held);
  r.textContent = text;
  if (!held) quiet = setTimeout(() => (r.textContent = ""), 4000);
}
export const words = (key, values = {}) => {
  let t = region()?.dataset[key] || "";
  for (const [k, v] of Object.entries(values)) t = t.replace("{" + k + "}", v);
  return t;
};

// Hours are texts as the wall shows them, "2026-11-10T12:15": they are counted
// as if there were no zones, and the server knows the nights that differ.
const utc = (local) => Date.parse(local.length > 10 ? local + ":00Z" : local + "T00:00:00Z");
export const minutes = {
  of: (local) => +local.slice(11, 13) * 60 + +local.slice(14, 16),
  text: (n) => String(Math.floor(n / 60)).padStart(2, "0") + ":" + String(n % 60).padStart(2, "0"),
  shift: (local, by) => new Date(utc(local) + by * 60000).toISOString().slice(0, 16),
  between: (a, b) => (utc(b) - utc(a)) / 60000,
  // at is the minute of a day's grid under a height of the window.
  at(day, y) {
    const grid = day.closest(".cal--q");
    const begin = +grid.dataset.begin;
    const end = +grid.dataset.end;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const n = begin + Math.round((y - day.getBoundingClientRect().top) / (0.71875 * rem)) * 15;
    return Math.max(begin, Math.min(n, end - 15));
  },
};

const day = new Intl.DateTimeFormat(document.documentElement.lang || "fr", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
export const inWords = (local) => day.format(new Date(utc(local))) + ", " + local.slice(11);

export const toast = (text, undo, signal) => document.dispatchEvent(new CustomEvent("vigie:toast", { detail: { text, undo, signal } }));

// send posts a gesture; true when it is done. What was refused is said.
export async function send(path, form) {
  try {
    const res = await fetch(root().dataset.base + path, { method: "POST", body: form, headers: { Accept: "application/json" } });
    const d = await res.json().catch(() => ({}));
    if (!res.ok) {
      toast(d.title || document.body.dataset.failed, "", "alert");
      return false;
    }
    toast(d.text, d.undo);
    return true;
  } catch {
    toast(document.body.dataset.failed, "", "alert");
    return false;
  }
}

// move gives posts their hours: [{id, to}]. Past hours are refused here already.
export async function move(list) {
  if (list.some((m) => m.to.length > 10 && m.to < root().dataset.now)) {
    toast(words("past"), "", "alert");
    return false;
  }
  const form = new URLSearchParams();
  for (const m of list) {
    form.append("post", m.id);
    form.append("to", m.to);
  }
  return send("/move", form);
}

// renew reads the calendar again; the focus stays on its post.
let reading = 0;
export async function renew() {
  const mine = ++reading;
  try {
    const res = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!res.ok || mine !== reading || held.on) return;
    const fresh = new DOMParser().parseFromString(await res.text(), "text/html").getElementById("cal");
    const old = root();
    if (!fresh || !old || held.on) return;
    const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(document.importNode(fresh, true));
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("vigie:refreshed"));
  } catch {
    // the live stream reads it again when the server is back
  }
}

// held says that something is in the hand: the calendar is not replaced.
export const held = { on: false };
export function hold(on) {
  held.on = on;
  // live.js leaves alone what does not ask for it.
  const cal = root();
  if (on) held.live = cal.dataset.live;
  if (on) cal.removeAttribute("data-live");
  else if (cal && held.live) cal.dataset.live = held.live;
}

// The chosen posts.
const set = new Set();
export const chosen = () => set;
export function choose(id, on) {
  if (id && !card(id)?.dataset.post) return;
  if (id) on === true || !set.has(id) ? set.add(id) : set.delete(id);
  for (const c of document.querySelectorAll("#cal [data-post]")) c.toggleAttribute("data-on", set.has(c.dataset.post));
  const bar = document.getElementById("cal-bar");
  if (!bar) return;
  bar.hidden = set.size === 0;
  bar.querySelector("[data-count]").textContent = words("chosen", { n: set.size });
  if (id) say(set.size ? words("chosen", { n: set.size }) : words("none"));
}
export function letGo() {
  set.clear();
  choose(null);
}

// group is what moves together with a card: the choice it belongs to, or it
// alone. What cannot move is said and left out.
export function group(el) {
  const id = el.dataset.post;
  const ids = set.has(id) ? [...set] : [id];
  const out = [];
  for (const i of ids) {
    const c = card(i);
    if (!c) continue;
    if (c.dataset.movable === undefined) {
      toast(words("fixed", { title: titleOf(c) }), "");
      return [];
    }
    out.push(c);
  }
  return out;
}
