// The composer's form as data: what a person wrote, comparable with what the
// server keeps, and put back into the page.
import { clean } from "./count.js";
import { setMedia } from "./composer-media.js";

export const form = document.getElementById("composer");
export const facts = JSON.parse(form.dataset.composer);
export const words = facts.words;

export const say = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
export const field = (name) => form.elements[name];
export const on = (name) => !!form.elements[name]?.checked;

const SEP = "\u0000";
const list = (s) => s.split(/[,;]/).map((l) => l.trim().replace(/\s+/g, " ")).filter(Boolean).join(", ");
const notWords = /^(version|took|when|date|time|do|fix)$/;

// norm makes of a form, or of the server's values, a map that says the same
// exactly when the posts are the same.
export function norm(entries) {
  const all = new Map();
  for (const [name, value] of entries) {
    if (typeof value !== "string" || notWords.test(name)) continue;
    let v = clean(value);
    if (name === "title" || name.startsWith("warning")) v = v.replaceAll("\n", " ").trim();
    if (name.startsWith("alt")) v = v.trim();
    if (name === "labels" || name.startsWith("languages")) v = list(v);
    if (v === "") continue;
    all.set(name, all.has(name) ? all.get(name) + SEP + v : v);
  }
  if (all.has("channel")) all.set("channel", all.get("channel").split(SEP).sort().join(SEP));
  const channels = new Set((all.get("channel") || "").split(SEP));
  for (const name of all.keys()) {
    const m = name.match(/^(own|text|split|ownoptions|warning|sensitive|visibility|languages|ownmedia|media|alt)\.([0-9a-f-]{36})(\.|$)/);
    if (!m) continue;
    const [, what, key] = m;
    if (what === "alt" && m[3] === "") {
      if (!("" + all.get("media")).split(SEP).includes(key)) all.delete(name);
      continue;
    }
    const needs = { text: "own", warning: "ownoptions", sensitive: "ownoptions", visibility: "ownoptions", languages: "ownoptions", media: "ownmedia", alt: "ownmedia" }[what];
    if (!channels.has(key) || (needs && !all.has(needs + "." + key))) all.delete(name);
  }
  return all;
}

export const mine = () => norm(new FormData(form));
export const flat = (values) => norm(Object.entries(values).flatMap(([k, list]) => list.map((v) => [k, v])));
export const equal = (a, b) => a.size === b.size && [...a].every(([k, v]) => b.get(k) === v);
export const pieces = (v) => (v === undefined ? [] : v.split(SEP));

// fill puts values into the page. Text that a switch hides stays as it is, so
// that turning the switch again brings it back.
export function fill(values) {
  for (const box of form.querySelectorAll("[data-media]")) setMedia(box, pieces(values.get("media" + box.dataset.media)));
  for (const el of form.elements) {
    if (!el.name || notWords.test(el.name) || /^media/.test(el.name)) continue;
    const had = pieces(values.get(el.name));
    if (el.type === "checkbox") el.checked = had.includes(el.value);
    else if (el.type !== "radio" && el.tagName !== "BUTTON" && !(had.length === 0 && /^text\./.test(el.name))) {
      const next = had[0] ?? "";
      if (el.tagName === "SELECT" && next && ![...el.options].some((o) => o.value === next)) el.add(new Option(next, next));
      if (clean(el.value) !== next) put(el, next);
    }
  }
}

// put changes a text and keeps the caret where it can be.
export function put(el, text) {
  const { selectionStart: a, selectionEnd: b } = el;
  el.value = text;
  if (el === document.activeElement && a !== null) el.setSelectionRange(Math.min(a, text.length), Math.min(b, text.length));
}
