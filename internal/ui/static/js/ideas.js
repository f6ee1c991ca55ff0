// The board of ideas: arrows go from card to card, Alt and an arrow moves one,
// and a card is dragged. Without this module the menu of a card does the same.
const board = () => document.querySelector("[data-ideas]");
const cards = (col) => [...col.querySelectorAll("[data-idea]")];
const columns = () => [...(board()?.querySelectorAll("[data-state]") || [])];
const link = (c) => c?.querySelector(".idea-t");

const typing = (t) => t instanceof Element && t.closest("input, textarea, select, [contenteditable]");

// renew reads the board again; the focus goes to an idea.
async function renew(focus) {
  const res = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!res.ok) return;
  const fresh = new DOMParser().parseFromString(await res.text(), "text/html").getElementById("ideas");
  const old = document.getElementById("ideas");
  if (!fresh || !old) return;
  old.replaceWith(document.importNode(fresh, true));
  if (focus) document.getElementById("t-" + focus)?.focus();
}

const toast = (text, undo, signal) => document.dispatchEvent(new CustomEvent("vigie:toast", { detail: { text, undo, signal } }));

let going = false;
async function move(id, to, above) {
  if (going) return;
  going = true;
  try {
    const res = await fetch(board().dataset.ideas + "/" + id + "/move", { method: "POST", body: new URLSearchParams({ to, above }), headers: { Accept: "application/json" } });
    const d = await res.json().catch(() => ({}));
    if (!res.ok) toast(d.title || document.body.dataset.failed, "", "alert");
    else if (d.text) toast(d.text, d.undo);
    await renew(id);
  } catch {
    toast(document.body.dataset.failed, "", "alert");
  } finally {
    going = false;
  }
}

const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || typing(e.target) || document.querySelector("dialog[open]") || document.body.dataset.keys === "off") return;
  if (e.key.toLowerCase() === "n" && !e.altKey) {
    const field = document.getElementById("idea-words");
    if (field) e.preventDefault(), field.focus();
    return;
  }
  const step = steps[e.key];
  if (!step || !board() || e.target.closest?.(".menu")) return;
  const here = document.activeElement?.closest("[data-idea]");
  const cols = columns();
  if (!here) {
    if (e.altKey || document.activeElement !== document.body) return;
    const first = link(board().querySelector("[data-idea]"));
    if (first) e.preventDefault(), first.focus();
    return;
  }
  const c = cols.findIndex((col) => col.contains(here));
  const list = cards(cols[c]);
  const i = list.indexOf(here);
  e.preventDefault();
  if (e.altKey) {
    if (!here.draggable) return;
    if (step[0]) {
      const col = cols[c + step[0]];
      if (col) move(here.dataset.idea, col.dataset.state, cards(col)[0]?.dataset.idea || "");
    } else if (list[i + step[1]]) {
      move(here.dataset.idea, cols[c].dataset.state, list[step[1] < 0 ? i - 1 : i + 2]?.dataset.idea || "");
    }
    return;
  }
  if (step[1]) link(list[i + step[1]])?.focus();
  else
    for (let n = c + step[0]; cols[n]; n += step[0]) {
      const there = cards(cols[n]);
      if (there.length) return link(there[Math.min(i, there.length - 1)]).focus();
    }
});

// Dragging: the card falls above the one under the pointer.
let held = null;
const clear = () => board()?.querySelectorAll("[data-over], [data-above]").forEach((el) => (el.removeAttribute("data-over"), el.removeAttribute("data-above")));
const under = (col, y) => cards(col).find((c) => c !== held && y < c.getBoundingClientRect().top + c.offsetHeight / 2);

document.addEventListener("dragstart", (e) => {
  held = e.target.closest?.("[data-idea][draggable=true]");
  if (!held) return;
  e.dataTransfer.effectAllowed = "move";
  e.dataTransfer.setData("text/plain", link(held).textContent);
  held.toggleAttribute("data-lifted", true);
});
document.addEventListener("dragover", (e) => {
  const col = held && e.target.closest?.("[data-ideas] [data-state]");
  clear();
  if (!col) return;
  e.preventDefault();
  col.toggleAttribute("data-over", true);
  under(col, e.clientY)?.toggleAttribute("data-above", true);
});
document.addEventListener("drop", (e) => {
  const col = held && e.target.closest?.("[data-ideas] [data-state]");
  if (!col) return;
  e.preventDefault();
  move(held.dataset.idea, col.dataset.state, under(col, e.clientY)?.dataset.idea || "");
});
document.addEventListener("dragend", () => {
  held?.removeAttribute("data-lifted");
  held = null;
  clear();
});
