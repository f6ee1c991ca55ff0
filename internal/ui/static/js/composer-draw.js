// What follows from the words at once, without asking the server: counts,
// previews, what is too long. The server's own drawing replaces it after each
// save, and is the same.
import { count, entities, fitting, parts, split } from "./count.js";
import { facts, field, form, on, say, words } from "./composer-form.js";

const LARGE = 20000; // beyond, drawing waits for a pause

export const lanes = Object.keys(facts.rules);
export const chosen = () => [...form.querySelectorAll("input[name=channel]:checked")].map((c) => c.value).filter((c) => facts.rules[c]);
export const textOf = (c) => (on("own." + c) ? field("text." + c).value : field("text").value);
const warningOf = (c) => (on("ownoptions." + c) ? field("warning." + c)?.value : field("warning")?.value) || "";

function partsOf(c) {
  const rule = facts.rules[c];
  let list = parts(textOf(c), rule.thread > 1);
  if (on("split." + c) && rule.thread > 1) {
    const warning = warningOf(c);
    list = list.flatMap((p) => (p.length > LARGE ? [p] : split(p, (s) => !count(s, warning, rule.text).over) || [p]));
  }
  return list.length ? list : [""];
}

// body writes one part: links in their colour, what is too long underlined.
function body(at, text, warning, rule) {
  if (text.length > LARGE) text = text.slice(0, LARGE) + "…"; // a network takes far less
  const end = fitting(text, warning, rule);
  const out = document.createDocumentFragment();
  const put = (from, to, link) => {
    for (const [a, b, over] of [[from, Math.min(to, end), false], [Math.max(from, end), to, true]]) {
      if (a >= b) continue;
      const s = text.slice(a, b);
      if (!over && !link) out.append(s);
      else {
        const span = document.createElement("span");
        span.className = (over ? "hit hit--alert" : "") + (link ? " prev-link" : "");
        span.textContent = s;
        out.append(span);
      }
    }
  };
  let last = 0;
  for (const e of entities(text)) {
    put(last, e.start, false);
    put(e.start, e.end, true);
    last = e.end;
  }
  put(last, text.length, false);
  at.replaceChildren(out);
}

const number = new Intl.NumberFormat(facts.language);

function counter(el, t) {
  if (!el) return;
  el.style.setProperty("--v", t.over ? 100 : t.max ? Math.min(100, Math.floor((t.used * 100) / t.max)) : 0);
  el.toggleAttribute("data-s", t.over);
  if (t.over) el.dataset.s = "alert";
  el.textContent = t.max ? number.format(t.used) + " / " + number.format(t.max) : number.format(t.used);
  if (t.max_bytes && t.bytes > t.max_bytes) el.textContent += ", " + number.format(t.bytes) + " / " + number.format(t.max_bytes) + " " + words.bytes;
}

// worst is the part nearest to its limit, or furthest over it.
const worst = (list) => list.reduce((a, b) => ((b.over && !a.over) || (b.over === a.over && b.used > a.used) ? b : a));

let said = "";
let sayTimer = 0;

export function draw() {
  const going = new Set(chosen());
  const over = [];
  for (const c of lanes) {
    const tab = document.getElementById("tab-" + c);
    const box = document.querySelector(`[data-preview="${c}"]`);
    const line = form.querySelector(`[data-count="${c}"]`);
    tab.hidden = line.hidden = !going.has(c);
    if (box) box.hidden = !going.has(c);
    const follows = form.querySelector(`[data-lane="${c}"] [data-follows]`);
    if (follows && !on("own." + c)) follows.textContent = field("text").value.slice(0, LARGE);
    if (!going.has(c)) continue;
    const rule = facts.rules[c].text;
    const warning = warningOf(c);
    const list = partsOf(c);
    const tallies = list.map((p) => count(p, warning, rule));
    const t = worst(tallies);
    counter(line.querySelector(".count"), t);
    for (const mark of tab.querySelectorAll(".mark, .vh")) mark.hidden = !t.over;
    if (t.over) {
      const n = t.max && t.used > t.max ? t.used - t.max : 0;
      over.push(say(n ? words.over : words.overBytes, { n: number.format(n || t.bytes - t.max_bytes), channel: facts.rules[c].name }));
    }
    if (box) preview(box, c, list, tallies, t, warning, rule);
  }
  // Said to screen readers when it changes, not at every letter.
  const now = over.join(", ") || words.fits;
  if (now !== said) {
    const first = said === "";
    said = now;
    clearTimeout(sayTimer);
    if (!first) sayTimer = setTimeout(() => (document.getElementById("counts-say").textContent = now), 1200);
  }
}

function preview(box, c, list, tallies, t, warning, rule) {
  counter(box.querySelector(".count"), t);
  const note = box.querySelector("[data-excess]");
  if (note) note.hidden = !t.over;
  const at = box.querySelector("[data-parts]");
  while (at.children.length > list.length) at.lastElementChild.remove();
  while (at.children.length < list.length) {
    const more = at.firstElementChild.cloneNode(true);
    for (const gone of more.querySelectorAll(".prev-pics")) gone.remove();
    at.append(more);
  }
  list.forEach((text, i) => {
    const b = at.children[i].querySelector("[data-body]");
    const key = text + "\u0000" + warning;
    if (b.drawn === key) return;
    b.drawn = key;
    body(b, text, warning, rule);
    if (!text && !at.children[i].querySelector(".prev-pics")) b.textContent = "";
  });
  [...at.querySelectorAll("[data-part]")].forEach((el, i) => (el.textContent = i + 1 + " / " + list.length));
}

// grow makes the text areas as tall as their text, unless that would make the
// browser slow.
export function grow() {
  for (const el of form.querySelectorAll("textarea.edit")) el.classList.toggle("edit--long", el.value.length > LARGE);
  if (CSS.supports("field-sizing", "content")) return;
  for (const el of form.querySelectorAll("textarea:not(.edit--long)")) {
    el.style.blockSize = "auto";
    el.style.blockSize = el.scrollHeight + 2 + "px";
  }
}

let timer = 0;
// redraw draws now, or after a pause when the text is very long: typing never
// waits.
export function redraw() {
  clearTimeout(timer);
  if (chosen().some((c) => textOf(c).length > LARGE)) timer = setTimeout(draw, 300);
  else draw();
}
