// Keys: those the ? dialog lists, nothing else. They do nothing while one
// types, nor with Ctrl, Alt or Meta; single keys can be turned off (profile).
const typing = (t) => t instanceof Element && t.closest("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]:not([contenteditable=false])");

const off = () => document.body.dataset.keys === "off";

function table() {
  const out = new Map();
  for (const dt of document.querySelectorAll("#keys dt[data-key]")) {
    out.set(dt.dataset.key.toLowerCase(), { href: dt.dataset.href, click: dt.dataset.click });
  }
  return out;
}

function act({ href, click }) {
  if (click) {
    const el = document.querySelector(click);
    if (!el) return false;
    el.click();
    if (el.matches("summary")) el.parentElement.querySelector(".menu a, .menu button")?.focus();
    return true;
  }
  if (href) {
    location.href = href;
    return true;
  }
  return false;
}

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((r) => r.offsetParent);
}

function move(by) {
  const list = rows();
  if (!list.length) return false;
  let at = list.findIndex((r) => r.contains(document.activeElement));
  at = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
  const go = list[at].querySelector(".go, a, button") || list[at];
  go.focus();
  list[at].scrollIntoView({ block: "nearest" });
  return true;
}

let first = "";
let timer = 0;

document.addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k" && !e.altKey) {
    const p = document.getElementById("palette");
    if (!p) return;
    e.preventDefault();
    document.querySelector("[data-open='#palette']")?.click();
    return;
  }
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || off() || typing(e.target) || document.querySelector("dialog[open]")) return;
  const key = e.key.toLowerCase();
  if (key.length !== 1) return;
  const keys = table();
  let done = false;
  if (first && keys.has(first + " " + key)) {
    done = act(keys.get(first + " " + key));
  } else if (key === "?") {
    const d = document.getElementById("keys");
    if (d) d.showModal(), (done = true);
  } else if (key === "/") {
    const field = document.querySelector("main [type=search]");
    if (field) field.focus(), (done = true);
    else document.querySelector("[data-open='#palette']")?.click(), (done = true);
  } else if (key === "j" || key === "k") {
    done = move(key === "j" ? 1 : -1);
  } else if (keys.has(key)) {
    done = act(keys.get(key));
  }
  clearTimeout(timer);
  first = !done && [...keys.keys()].some((k) => k.startsWith(key + " ")) ? key : "";
  timer = setTimeout(() => (first = ""), 1200);
  if (done || first) e.preventDefault();
});
