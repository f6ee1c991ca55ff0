// The reading of a post: words that are selected, and a point of a picture that
// is touched, become the place of a remark. Without this the passage is copied
// and the point is typed.
document.documentElement.dataset.js = ""; // the client's page has no other script
const form = () => document.querySelector("[data-remark]");
const pick = () => document.querySelector("[data-pick]");
const bytes = (s) => new TextEncoder().encode(s).length;
let chosen = null; // the passage: {part, start, end, channel, quote}
let pin = null; // the point that is being placed

function show(rect) {
  const b = pick();
  b.hidden = false;
  const below = rect.bottom + b.offsetHeight + 16 < innerHeight;
  b.style.setProperty("left", Math.max(8, Math.min(rect.left, innerWidth - b.offsetWidth - 8)) + "px");
  b.style.setProperty("top", (below ? rect.bottom + 8 : Math.max(8, rect.top - b.offsetHeight - 8)) + "px");
}

// passage says what is selected, when it lies within the words of one part.
function passage() {
  const sel = getSelection();
  if (!sel.rangeCount || sel.isCollapsed) return null;
  const range = sel.getRangeAt(0);
  const at = (n) => (n.nodeType === 1 ? n : n.parentElement)?.closest("[data-words]");
  const words = at(range.startContainer);
  if (!words || at(range.endContainer) !== words || !form()) return null;
  const before = document.createRange();
  before.setStart(words, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const raw = range.toString();
  const quote = raw.trim();
  if (!quote) return null;
  const start = Number(words.dataset.from || 0) + bytes(before.toString() + raw.slice(0, raw.length - raw.trimStart().length));
  return { part: words.dataset.words, start, end: start + bytes(quote), channel: words.dataset.channel, quote, rect: range.getBoundingClientRect() };
}

function fill(values) {
  const fields = form().elements;
  for (const name of ["part", "start", "end", "channel", "quote"]) fields[name].value = values[name] ?? "";
  if (fields.media) fields.media.value = values.media ?? "";
}

function write() {
  document.getElementById("remarquer").open = true;
  pick().hidden = true;
  form().elements.words.focus();
}

let soon = 0;
document.addEventListener("selectionchange", () => {
  clearTimeout(soon);
  soon = setTimeout(() => {
    const p = passage();
    if (!p) {
      if (chosen && pick()) pick().hidden = true;
      chosen = null;
      return;
    }
    chosen = p;
    show(p.rect);
  }, 120);
});

// place puts the point, in hundredths, and says where it is.
function place(box, x, y) {
  if (!pin || pin.parentElement !== box) {
    pin?.remove();
    pin = document.createElement("button");
    pin.type = "button";
    pin.className = "pin pin--new";
    pin.textContent = form().dataset.next;
    box.append(pin);
  }
  [x, y] = [x, y].map((n) => Math.round(10 * Math.min(100, Math.max(0, n))) / 10);
  pin.style.setProperty("--x", x + "%");
  pin.style.setProperty("--y", y + "%");
  const says = form().dataset.says.replace("{x}", Math.round(x)).replace("{y}", Math.round(y));
  pin.setAttribute("aria-label", says);
  document.querySelector("[data-placed]").textContent = says;
  fill({ media: box.dataset.point, channel: box.dataset.channel });
  form().elements.x.value = x;
  form().elements.y.value = y;
  pin.focus({ preventScroll: true });
  chosen = null;
  show(pin.getBoundingClientRect());
}

const where = () => ["x", "y"].map((n) => parseFloat(form().elements[n].value));

document.addEventListener("pointerdown", (e) => e.target.closest?.("[data-pick]") && e.preventDefault()); // the selection stays
document.addEventListener("click", (e) => {
  const t = e.target;
  if (t.closest?.("[data-pick]")) {
    if (chosen) fill(chosen);
    write();
  } else if (t.closest?.("[data-place]") && form()) {
    place(t.closest("figure").querySelector("[data-point]"), 50, 50);
  } else if (t === pin) {
    if (!e.detail) write(); // by key
  } else {
    const box = t.closest?.("[data-point]");
    if (!box || t.closest("a") || !form()) return;
    const r = box.getBoundingClientRect();
    place(box, (100 * (e.clientX - r.left)) / r.width, (100 * (e.clientY - r.top)) / r.height);
  }
});

const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (e) => {
  if (e.target !== pin || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "Escape") {
    pin.remove();
    pin = null;
    pick().hidden = true;
    fill({});
    return;
  }
  const way = ways[e.key];
  if (!way) return;
  e.preventDefault();
  const [x, y] = where();
  const far = e.shiftKey ? 10 : 1;
  place(pin.parentElement, x + far * way[0], y + far * way[1]);
});

// What is typed by hand holds: a passage changed there has no place any more,
// and a point typed there moves the one on the picture.
document.addEventListener("input", (e) => {
  const f = form();
  if (!f?.contains(e.target)) return;
  if (e.target.name === "quote") for (const n of ["part", "start", "end"]) f.elements[n].value = "";
  if ((e.target.name === "x" || e.target.name === "y") && pin) {
    const [x, y] = where();
    pin.style.setProperty("--x", (x || 0) + "%");
    pin.style.setProperty("--y", (y || 0) + "%");
  }
});
addEventListener("scroll", () => pick() && (pick().hidden = true), { passive: true });
