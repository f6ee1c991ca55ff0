// Picking a post up with the pointer: the mouse after a few pixels, a finger
// after a long press. Escape lets it fall where it was.
import { root, can, group, hold, move, send, renew, letGo, minutes, say, inWords } from "./calendar-state.js";

const FAR = 5; // pixels
const LONG = 380; // milliseconds

let from = null; // the press: {el, x, y, id, touch}
let drag = null; // what is in the hand
let timer = 0;
let justDropped = false;

document.addEventListener("dragstart", (e) => e.target.closest?.("#cal [data-post]") && e.preventDefault());

document.addEventListener("pointerdown", (e) => {
  if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || !can() || drag) return;
  const el = e.target.closest?.("#cal .pcard[data-post], #cal .mchip[data-post], #cal .cal-n[data-post]");
  if (!el) return;
  from = { el, x: e.clientX, y: e.clientY, id: e.pointerId, touch: e.pointerType !== "mouse" };
  if (from.touch) timer = setTimeout(() => from && lift(from.x, from.y), LONG);
});

document.addEventListener("pointermove", (e) => {
  if (drag && e.pointerId === drag.pointer) return carry(e.clientX, e.clientY);
  if (!from || e.pointerId !== from.id) return;
  const far = Math.hypot(e.clientX - from.x, e.clientY - from.y) > FAR;
  if (far && from.touch) forget();
  else if (far) {
    lift(from.x, from.y);
    if (drag) carry(e.clientX, e.clientY);
  }
});

document.addEventListener("pointerup", (e) => (drag && e.pointerId === drag.pointer ? drop() : forget()));
document.addEventListener("pointercancel", () => (drag ? cancel() : forget()));
document.addEventListener("contextmenu", (e) => (drag || (from?.touch && from.el.contains(e.target))) && e.preventDefault());
document.addEventListener("touchmove", (e) => drag && e.cancelable && e.preventDefault(), { passive: false });
document.addEventListener("keydown", (e) => drag && e.key === "Escape" && (e.preventDefault(), e.stopPropagation(), cancel()), true);

// The click that ends a drag opens nothing.
document.addEventListener(
  "click",
  (e) => {
    if (!justDropped) return;
    justDropped = false;
    if (e.target.closest?.("#cal")) e.preventDefault(), e.stopImmediatePropagation();
  },
  true,
);

function forget() {
  clearTimeout(timer);
  from = null;
}

function lift(x, y) {
  clearTimeout(timer);
  const { el, id } = from;
  const cards = group(el);
  from = null;
  if (!cards.length) {
    justDropped = true;
    setTimeout(() => (justDropped = false), 600);
    return;
  }
  const box = el.getBoundingClientRect();
  const ghost = el.cloneNode(true);
  ghost.removeAttribute("id");
  ghost.removeAttribute("data-post");
  ghost.classList.add("cal-ghost");
  ghost.style.setProperty("--gw", Math.min(box.width, 260) + "px");
  if (cards.length > 1) {
    const n = document.createElement("b");
    n.className = "tag";
    n.textContent = "× " + cards.length;
    ghost.prepend(n);
  }
  document.body.append(ghost);
  for (const c of cards) c.setAttribute("data-lifted", "");
  document.documentElement.dataset.dragging = "";
  hold(true);
  drag = { el, cards, ghost, pointer: id, dx: x - box.left, dy: y - box.top, at: el.dataset.at || "", target: null, mark: null };
  carry(x, y);
}

function carry(x, y) {
  drag.ghost.style.left = x - Math.min(drag.dx, 120) + "px";
  drag.ghost.style.top = y - drag.dy + "px";
  if (y < 70) scrollBy(0, -14);
  else if (y > innerHeight - 50) scrollBy(0, 14);
  aim(x, y);
}

// aim finds what lies under the hand, and marks it.
function aim(x, y) {
  let over = null;
  for (const el of document.elementsFromPoint(x, y)) {
    over = el.closest("#cal .cal-d, #cal .month-d, #cal .board-c");
    if (over) break;
  }
  unmark();
  drag.target = null;
  if (!over) return;
  const agenda = over.matches(".cal-d") && matchMedia("(max-width: 48rem)").matches;
  if (over.matches(".cal-d") && !agenda) {
    const minute = minutes.at(over, y - drag.dy);
    const to = over.dataset.day + "T" + minutes.text(minute);
    drag.target = { to, over };
    const m = document.createElement("div");
    m.className = "cal-drop";
    m.style.setProperty("--r", (minute - +over.closest(".cal--q").dataset.begin) / 15 + 1);
    m.textContent = to.slice(11);
    over.append(m);
    drag.mark = () => m.remove();
  } else if (agenda || over.matches(".month-d")) {
    // A list of days has no hours to drop on: the post keeps its own.
    drag.target = { to: over.dataset.day + (drag.at ? drag.at.slice(10) : ""), over };
    over.setAttribute("data-over", "");
    drag.mark = () => over.removeAttribute("data-over");
  } else if (["draft", "scheduled"].includes(over.dataset.state)) {
    drag.target = { state: over.dataset.state, over };
    over.setAttribute("data-over", "");
    drag.mark = () => over.removeAttribute("data-over");
  }
}

function unmark() {
  drag.mark?.();
  drag.mark = null;
}

function end() {
  unmark();
  drag.ghost.remove();
  delete document.documentElement.dataset.dragging;
  hold(false);
  justDropped = true;
  setTimeout(() => (justDropped = false), 300);
  drag = null;
}

function cancel() {
  for (const c of drag.cards) c.removeAttribute("data-lifted");
  end();
  renew();
}

async function drop() {
  const { el, cards, target, at } = drag;
  end();
  for (const c of cards) c.removeAttribute("data-lifted");
  if (!target || (target.to && target.to === at) || (target.state && el.closest(".board-c") === target.over)) return renew();
  if (target.state) {
    place(el, target);
    const form = new URLSearchParams({ do: target.state === "draft" ? "unschedule" : "schedule" });
    for (const c of cards) form.append("post", c.dataset.post);
    if (await send("/do", form)) letGo();
    return renew();
  }
  // The others keep their distance to the one in the hand.
  const by = at && target.to.length > 10 ? minutes.between(at, target.to) : 0;
  const list = cards.map((c) => ({ id: c.dataset.post, to: c === el || !at || !c.dataset.at ? target.to : minutes.shift(c.dataset.at, by) }));
  place(el, target);
  say(inWords(target.to.length > 10 ? target.to : target.to + "T" + (at.slice(11) || "00:00")));
  if (await move(list)) letGo();
  renew();
}

// place shows the card where it was dropped, before the server has answered.
export function place(el, { over, to }) {
  if (!root()?.contains(over)) return;
  el.style.removeProperty("--w");
  el.classList.remove("pcard--slim", "narrow");
  if (over.matches(".month-d")) over.querySelector(".chips").append(el);
  else if (over.matches(".cal-d")) {
    el.style.setProperty("--r", (minutes.of(to) - +over.closest(".cal--q").dataset.begin) / 15 + 1);
    over.append(el);
  } else over.append(el.closest(".board-k") || el);
  const time = el.querySelector("time");
  if (time && to?.length > 10) time.textContent = to.slice(11);
}
