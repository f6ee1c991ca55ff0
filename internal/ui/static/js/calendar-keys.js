// The calendar by keys: arrows go from post to post, M picks one up, arrows
// carry it, Enter drops it, Escape puts it back. Dragging has no gesture that
// this has not.
import { root, can, cards, card, chosen, choose, letGo, group, hold, move, send, renew, minutes, say, words, inWords, titleOf } from "./calendar-state.js";
import { place } from "./calendar-drag.js";

const typing = (t) => t instanceof Element && t.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const focused = () => document.activeElement?.closest("#cal [data-post]");

let grab = null; // {el, cards, at, to, back, column}

document.addEventListener(
  "keydown",
  (e) => {
    if (!root() || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]") || document.querySelector("details[data-menu][open]")) return;
    if (grab ? carried(e) : still(e)) {
      e.preventDefault();
      e.stopPropagation();
    }
  },
  true,
);

document.addEventListener("calendar:grab", () => {
  const first = card([...chosen()][0]);
  if (first) (first.matches("a") ? first : first.querySelector("a")).focus(), lift(first);
});

const off = () => document.body.dataset.keys === "off";

function still(e) {
  const at = focused();
  if (e.key.startsWith("Arrow") && !e.shiftKey) return at ? step(at, e.key) : turn(e.key);
  if (e.key === "Escape" && chosen().size) return letGo(), true;
  if (off() || !can() || !at || e.key.length !== 1) return false;
  if (e.key === "x" || e.key === "X") return choose(at.dataset.post), true;
  if (e.key === "m" || e.key === "M") return lift(at), true;
  return false;
}

// turn goes to the period before or after.
function turn(key) {
  const to = { ArrowLeft: root().dataset.prev, ArrowRight: root().dataset.next }[key];
  if (!to || (document.activeElement !== document.body && document.activeElement?.id !== "contenu")) return false;
  location.href = to;
  return true;
}

// step moves the focus to the nearest post that way.
function step(at, key) {
  const box = (el) => el.getBoundingClientRect();
  const a = box(at);
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  let best = null;
  let score = Infinity;
  for (const c of cards()) {
    if (c === at) continue;
    const b = box(c);
    const main = sideways ? (b.left - a.left) * sign : (b.top - a.top) * sign;
    const cross = Math.abs(sideways ? b.top - a.top : b.left - a.left);
    if (main < 4 || (!sideways && cross > a.width)) continue;
    const s = sideways ? main * 2 + cross : main + cross * 3;
    if (s < score) (score = s), (best = c);
  }
  if (!best) return false;
  (best.matches("a") ? best : best.querySelector("a")).focus();
  best.scrollIntoView({ block: "nearest" });
  return true;
}

function lift(el) {
  const together = group(el);
  if (!together.length) return;
  const board = el.closest(".board-c");
  if (!board && !el.dataset.at) return;
  grab = { el, cards: together, at: el.dataset.at, to: el.dataset.at, board, column: board };
  hold(true);
  el.setAttribute("data-grab", "");
  say(words(board ? "liftedBoard" : "lifted", { title: titleOf(el) }) + (board ? "" : "\n" + words("hours")), true);
}

function carried(e) {
  if (e.key === "Escape") return put(), say(words("cancelled")), renew(), true;
  if (e.key === "Enter") return drop(), true;
  if (e.key === "Tab") return true; // it is in the hand
  if (!e.key.startsWith("Arrow")) return false;
  if (grab.board) return shelf(e.key);
  const hours = root().querySelector(".cal--q");
  let by = { ArrowLeft: -1440, ArrowRight: 1440 }[e.key];
  if (by === undefined) by = (e.key === "ArrowUp" ? -1 : 1) * (hours ? (e.shiftKey ? 60 : 15) : 7 * 1440);
  const to = minutes.shift(grab.to, by);
  if (to < root().dataset.now) return say(words("past"), true), true;
  grab.to = to;
  const over = root().querySelector(`.cal-d[data-day="${to.slice(0, 10)}"], .month-d[data-day="${to.slice(0, 10)}"]`);
  if (over && !(hours && (minutes.of(to) < +hours.dataset.begin || minutes.of(to) >= +hours.dataset.end))) place(grab.el, { over, to });
  grab.el.focus({ preventScroll: true });
  grab.el.scrollIntoView({ block: "nearest" });
  say(inWords(to), true);
  return true;
}

function shelf(key) {
  const state = { ArrowLeft: "draft", ArrowRight: "scheduled" }[key];
  const over = state && root().querySelector(`.board-c[data-state="${state}"]`);
  if (!over) return true;
  grab.column = over;
  place(grab.el, { over });
  grab.el.focus({ preventScroll: true });
  say(over.querySelector("h2").textContent, true);
  return true;
}

// put ends the carrying.
function put() {
  const g = grab;
  g.el.removeAttribute("data-grab");
  grab = null;
  hold(false);
  return g;
}

async function drop() {
  const g = put();
  if (g.board) {
    if (g.column === g.board) return say(words("cancelled"));
    const form = new URLSearchParams({ do: g.column.dataset.state === "draft" ? "unschedule" : "schedule" });
    for (const c of g.cards) form.append("post", c.dataset.post);
    if (await send("/do", form)) letGo();
    return renew();
  }
  if (g.to === g.at) return say(words("cancelled")), renew();
  const by = minutes.between(g.at, g.to);
  say(inWords(g.to));
  if (await move(g.cards.map((c) => ({ id: c.dataset.post, to: minutes.shift(c.dataset.at, by) })))) letGo();
  renew();
}
