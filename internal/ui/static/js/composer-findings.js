// What the charter, the spelling and the checks say of the words, shown while
// one types. The server is asked after a pause and never waited for; an answer
// to an older text keeps its places where the words still stand, and loses the
// others.
import { toast } from "./toast.js";
import { field, form } from "./composer-form.js";
import { save } from "./composer-save.js";
import { clean } from "./count.js";

const DELAY = 350;
const LARGE = 50000; // beyond, a text is underlined no more
const section = form.querySelector("[data-findings]");
const list = document.getElementById("findings");
const status = section?.querySelector("[data-findings-say]");
const areas = () => [...form.querySelectorAll("textarea.edit")];
let marks = []; // what is underlined: {name, from, to, how, index}
let timer = 0;
let asked = 0;
let going = null;

// A sheet behind each text carries the underlines; it says nothing to readers,
// the list does.
const sheets = new Map();
function sheet(area) {
  if (sheets.has(area)) return sheets.get(area);
  const box = document.createElement("div");
  box.className = "edit-box";
  const back = document.createElement("div");
  back.className = "edit edit-marks";
  back.setAttribute("aria-hidden", "true");
  area.before(box);
  box.append(back, area);
  area.addEventListener("scroll", () => (back.scrollTop = area.scrollTop), { passive: true });
  sheets.set(area, back);
  return back;
}

function underline() {
  for (const area of areas()) {
    const back = sheet(area);
    const text = area.value;
    const out = document.createDocumentFragment();
    let at = 0;
    if (text.length <= LARGE) {
      for (const m of marks.filter((m) => m.name === area.name && m.to > m.from).sort((a, b) => a.from - b.from)) {
        if (m.from < at || m.to > text.length) continue;
        out.append(text.slice(at, m.from));
        const span = document.createElement("span");
        span.className = m.how;
        span.textContent = text.slice(m.from, m.to);
        out.append(span);
        at = m.to;
      }
      out.append(text.slice(at) + "\n");
    }
    back.classList.toggle("edit--long", area.classList.contains("edit--long"));
    back.replaceChildren(out);
    back.scrollTop = area.scrollTop;
  }
}

// moved gives a place of one text its place in another that was typed on: what
// stands before the change stays, what stands after it moves along.
function moved(m, was, now) {
  if (was === now) return m;
  let head = 0;
  const most = Math.min(was.length, now.length);
  while (head < most && was[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && was[was.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  if (m.to <= head) return m;
  if (m.from >= was.length - tail) return { ...m, from: m.from + now.length - was.length, to: m.to + now.length - was.length };
  return null;
}

const last = new Map();
function typed() {
  for (const area of areas()) {
    const was = last.get(area.name);
    if (was !== undefined && was !== area.value) {
      marks = marks.map((m) => (m.name === area.name ? moved(m, was, area.value) : m)).filter(Boolean);
    }
    last.set(area.name, area.value);
  }
  underline();
}

async function ask() {
  clearTimeout(timer);
  going?.abort();
  const mine = ++asked;
  const stop = (going = new AbortController());
  const sent = new Map(areas().map((a) => [a.name, a.value]));
  const post = form.action.endsWith("/posts") ? form.action : form.action.replace(/\/$/, "");
  const data = new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string"));
  let answer;
  try {
    const res = await fetch(post + "/examine", { method: "POST", body: data, headers: { Accept: "application/json" }, signal: stop.signal });
    if (!res.ok) throw new Error("HTTP " + res.status);
    answer = await res.json();
  } catch (e) {
    if (mine === asked && e.name !== "AbortError") status.textContent = section.dataset.failed;
    return;
  }
  if (mine !== asked) return; // a later question is under way
  marks = [];
  answer.marks.forEach((m, index) => {
    const area = field(m.name);
    const was = sent.get(m.name);
    // Places count in the text as the server cleans it.
    if (!area || was === undefined || clean(was) !== was || m.to <= m.from) return;
    const now = moved({ ...m, index }, was, area.value);
    if (now) marks.push(now);
  });
  for (const area of areas()) last.set(area.name, area.value);
  const focus = list.contains(document.activeElement) ? document.activeElement.closest("[data-finding]")?.dataset.finding : null;
  list.innerHTML = answer.html;
  if (focus) list.querySelector(`[data-finding="${focus}"] button`)?.focus();
  if (status.textContent !== answer.say) status.textContent = answer.say;
  underline();
}

export function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, DELAY);
}

// type puts words in the place of others as if they had been typed, so that
// undo takes them back.
function type(area, from, to, text) {
  const tab = document.getElementById(area.closest("[role=tabpanel]")?.getAttribute("aria-labelledby"));
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  area.focus();
  area.setSelectionRange(from, to);
  const done = text === "" ? from === to || document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (!done) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const placeOf = (li) => marks.find((m) => m.index === +li.dataset.finding);
const lost = () => {
  toast({ text: section.dataset.gone });
  soon();
};

async function tell(values) {
  const res = await fetch(section.dataset.learn, { method: "POST", body: new URLSearchParams(values), headers: { Accept: "application/json" } });
  if (res.ok) return ask();
  const why = await res.json().catch(() => ({}));
  toast({ text: why.title || section.dataset.failed, signal: "alert" });
}

list?.addEventListener("click", async (e) => {
  const b = e.target.closest("button");
  const li = b?.closest("[data-finding]");
  if (!li) return;
  const d = b.dataset;
  const m = placeOf(li);
  if ("findGo" in d) {
    if (!m) return lost();
    const area = field(m.name);
    const tab = document.getElementById(area.closest("[role=tabpanel]")?.getAttribute("aria-labelledby"));
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
    area.focus();
    area.setSelectionRange(m.from, m.to);
  } else if ("findWith" in d) {
    if (!m) return lost();
    const area = field(m.name);
    let { from, to } = m;
    // A word taken out takes one of its spaces along.
    if (d.findWith === "" && /\s/.test(area.value[from - 1] ?? "") && /^(\s|$)/.test(area.value.slice(to, to + 1))) from--;
    type(area, from, to, d.findWith);
  } else if ("findAdd" in d) {
    const area = field(d.findName) || field("text");
    const end = area.value.trimEnd().length;
    type(area, end, area.value.length, (end ? "\n\n" : "") + d.findAdd);
  } else if ("findField" in d) {
    const el = field(d.findField) || document.getElementById(d.findField);
    el?.closest("details")?.setAttribute("open", "");
    el?.focus();
    el?.scrollIntoView({ block: "center" });
  } else if ("findLearn" in d) {
    await tell({ word: d.findLearn });
  } else if ("findIgnore" in d) {
    await save();
    await tell({ ignore: form.action.split("/").pop(), rule: d.findIgnore, words: d.findWords });
  }
});

section?.querySelector("[data-fix-typography]")?.addEventListener("click", async () => {
  const panel = form.querySelector("[role=tabpanel][data-on]");
  const own = panel?.querySelector("textarea.edit");
  const area = own && own.offsetParent ? own : field("text");
  const was = area.value;
  const res = await fetch(section.dataset.typography, { method: "POST", body: new URLSearchParams({ text: was }), headers: { Accept: "application/json" } }).catch(() => null);
  if (!res?.ok) return toast({ text: section.dataset.failed, signal: "alert" });
  const answer = await res.json();
  if (area.value !== was) return lost();
  if (answer.n) type(area, 0, was.length, answer.text);
  toast({ text: answer.say });
});

if (section && areas().length) {
  for (const area of areas()) {
    sheet(area);
    last.set(area.name, area.value);
  }
  form.addEventListener("input", (e) => {
    if (e.target.matches("textarea.edit")) typed();
    soon();
  });
  form.addEventListener("change", soon);
  document.addEventListener("vigie:topics", soon); // a draft that is kept now: what is let stand in it can be
  document.addEventListener("vigie:event", (e) => {
    if (e.detail.kind === "charter" || e.detail.kind === "freeze") soon();
  });
  ask();
}
