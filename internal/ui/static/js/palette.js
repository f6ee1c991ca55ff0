// The palette: what one types is looked for among places, brands and what the
// rooms find. Without JavaScript its link leads to the search page.
const box = document.getElementById("palette");
const input = document.getElementById("palette-q");
const list = document.getElementById("palette-list");
const sprite = document.querySelector(".i use")?.getAttribute("href")?.split("#")[0];

let asked = 0;
let drawn = null; // what the list answers
let timer = 0;

function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", sprite + "#" + name);
  svg.append(use);
  return svg;
}

const fold = (s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// marked writes the text with what was typed in bold.
function marked(text, q) {
  const span = document.createElement("span");
  const at = q && fold(text).length === text.length ? fold(text).indexOf(fold(q)) : -1;
  if (at < 0) {
    span.textContent = text;
    return span;
  }
  const b = document.createElement("b");
  b.textContent = text.slice(at, at + q.length);
  span.append(text.slice(0, at), b, text.slice(at + q.length));
  return span;
}

function draw(hits, q) {
  drawn = q;
  list.replaceChildren();
  let group = null;
  let menu = null;
  hits.forEach((h, i) => {
    if (h.group !== group) {
      group = h.group;
      const title = document.createElement("h3");
      title.textContent = group;
      title.id = "palette-g" + i;
      menu = document.createElement("div");
      menu.className = "menu";
      menu.setAttribute("role", "group");
      menu.setAttribute("aria-labelledby", title.id);
      list.append(title, menu);
    }
    const a = document.createElement("a");
    a.href = h.href;
    a.id = "palette-" + i;
    a.tabIndex = -1;
    a.setAttribute("role", "option");
    if (h.icon && sprite) a.append(icon(h.icon));
    a.append(marked(h.text, q));
    if (h.note) {
      const n = document.createElement("span");
      n.className = "t3 f12";
      n.textContent = h.note;
      a.append(n);
    }
    if (h.key) {
      const k = document.createElement("kbd");
      k.className = "key";
      k.textContent = h.key;
      a.append(k);
    }
    menu.append(a);
  });
  if (!hits.length) {
    const p = document.createElement("p");
    p.className = "t2 palette-none";
    p.textContent = list.dataset.none;
    list.append(p);
  }
  choose(0);
}

const options = () => [...list.querySelectorAll("[role=option]")];

function choose(n) {
  const all = options();
  all.forEach((o, i) => {
    o.toggleAttribute("data-on", i === n);
    o.setAttribute("aria-selected", i === n ? "true" : "false");
  });
  if (all[n]) {
    input.setAttribute("aria-activedescendant", all[n].id);
    all[n].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

async function look() {
  const mine = ++asked;
  const q = input.value.trim();
  try {
    const res = await fetch("/palette.json?q=" + encodeURIComponent(q), { headers: { Accept: "application/json" } });
    if (mine !== asked) return; // an older question
    if (!res.ok) throw new Error(res.status);
    draw(await res.json(), q);
  } catch {
    if (mine === asked) draw([], q);
  }
}

if (box && input && list) {
  box.addEventListener("vigie:open", () => {
    input.value = "";
    drawn = null;
    input.focus();
    look();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 80);
  });
  input.addEventListener("keydown", (e) => {
    const all = options();
    const at = all.findIndex((o) => o.hasAttribute("data-on"));
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (all.length) choose((at + (e.key === "ArrowDown" ? 1 : all.length - 1)) % all.length);
      e.preventDefault();
    } else if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && all[at]) {
      e.preventDefault();
      window.open(all[at].href);
    }
  });
  // Enter opens what is chosen; with nothing to choose, the search page.
  input.form.addEventListener("submit", async (e) => {
    e.preventDefault();
    clearTimeout(timer);
    if (drawn !== input.value.trim()) await look(); // typed faster than answered
    const chosen = list.querySelector("[role=option][data-on]");
    if (chosen) chosen.click();
    else input.form.submit();
  });
}
