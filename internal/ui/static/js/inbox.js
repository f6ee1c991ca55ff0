// The Boîte: conversations open beside the list without a new page, gestures are
// there at once and can be taken back, and what arrives waits politely while
// somebody reads. Without this module every link and button still works.
const root = () => document.getElementById("inbox");
const base = () => root().dataset.inbox;
const open = () => root()?.dataset.openTalk || "";
const rows = () => [...document.querySelectorAll("#conversations [data-talk]")];
const row = (id) => rows().find((r) => r.dataset.talk === id);
const text = () => document.getElementById("inbox-text");
const toast = (text, undo, signal) => document.dispatchEvent(new CustomEvent("vigie:toast", { detail: { text, undo, signal } }));
const typing = (t) => t instanceof Element && t.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

// post sends a form; what goes wrong is said.
async function post(url, fields) {
  try {
    const res = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
    const d = await res.json().catch(() => ({}));
    if (res.ok) return d;
    toast(d.title || document.body.dataset.failed, "", "alert");
  } catch {
    toast(document.body.dataset.failed, "", "alert");
  }
  return null;
}

async function page(url) {
  const res = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!res.ok || !new URL(res.url).pathname.startsWith(base())) return null;
  return new DOMParser().parseFromString(await res.text(), "text/html");
}

// show puts another page of the inbox into this one.
let showing = 0;
async function show(url, push = true) {
  const mine = ++showing;
  const doc = await page(url).catch(() => null);
  if (mine !== showing) return;
  const fresh = doc?.getElementById("inbox");
  if (!fresh) return (location.href = url);
  keepDraft();
  const scroll = document.getElementById("liste")?.scrollTop || 0;
  root().replaceWith(document.importNode(fresh, true));
  swap("rail-nav", doc);
  swap("keys", doc);
  document.title = doc.title;
  if (push) history.pushState({ inbox: true }, "", url);
  document.body.dataset.topics = doc.body.dataset.topics || "";
  document.dispatchEvent(new CustomEvent("vigie:topics"));
  document.getElementById("liste").scrollTop = scroll;
  begin();
  const at = open() && document.getElementById("t-" + open());
  if (at && at.offsetParent) at.focus({ preventScroll: true }), at.scrollIntoView({ block: "nearest" });
}

function swap(id, doc) {
  const old = document.getElementById(id);
  const fresh = doc.getElementById(id);
  if (old && fresh && !old.isEqualNode(fresh)) old.replaceWith(document.importNode(fresh, true));
}

// begin is what is done with each conversation that is shown.
let reading = 0;
function begin() {
  came = 0;
  clearTimeout(reading);
  wire();
  tally();
  if (!open()) return;
  const last = document.querySelector("#inbox-thread .msg:last-of-type");
  const first = document.querySelector("#inbox-thread .talk-new") || last;
  if (location.hash.startsWith("#m-")) document.querySelector(location.hash)?.scrollIntoView({ block: "center" });
  else if (window.matchMedia("(min-width: 48.01rem)").matches) first?.scrollIntoView({ block: "nearest" });
  reading = setTimeout(seen, 1200);
}

// seen says that she has read what is shown.
async function seen() {
  if (!open() || document.hidden) return;
  const until = document.getElementById("inbox-thread")?.dataset.now || "";
  const r = row(open());
  r?.querySelector(".item--new")?.classList.remove("item--new");
  await post(base() + "/" + open() + "/read", { until }).catch(() => null);
}

// next is the conversation after one, or before it at the end of the list.
function next(id) {
  const list = rows();
  const at = list.findIndex((r) => r.dataset.talk === id);
  return at < 0 ? null : list[at + 1] || list[at - 1] || null;
}

// act does something to conversations, at once on the page.
let undo = sessionStorage.getItem("vigie:inbox-undo") || "";
async function act(ids, fields) {
  if (!ids.length) return;
  const leaves = ["done", "waiting", "snooze"].includes(fields.do);
  const after = leaves && ids.includes(open()) ? next(open()) : null;
  const gone = leaves ? ids.map(row).filter(Boolean) : [];
  for (const r of gone) r.hidden = true;
  const form = new URLSearchParams({ ...fields, list: root().dataset.list });
  for (const id of ids) form.append("conversation", id);
  const d = await post(base() + "/do", form);
  if (!d) {
    for (const r of gone) r.hidden = false;
    return;
  }
  undo = d.undo || "";
  sessionStorage.setItem("vigie:inbox-undo", undo);
  const to = after && after.offsetParent !== null && !ids.includes(after.dataset.talk) ? after.querySelector("a").href : "";
  if (leaves && ids.includes(open())) await show(to || base() + (root().dataset.list ? "?" + root().dataset.list : ""));
  else await renew();
  if (d.text) toast(d.text, d.undo);
}

// takeBack is for Z when no sentence offers it any more: that one is the shell's.
async function takeBack() {
  if (!undo) return;
  const url = undo;
  undo = "";
  sessionStorage.removeItem("vigie:inbox-undo");
  const d = await post(url, {});
  if (!d) return;
  await renew();
  if (d.text) toast(d.text);
}

// chosen are the conversations a gesture is about: those that are marked, else
// the one under the focus, else the one that is open.
function chosen() {
  const marked = [...document.querySelectorAll(".inbox-pick:checked")].map((c) => c.value);
  if (marked.length) return marked;
  const at = document.activeElement?.closest("#conversations [data-talk]");
  return at ? [at.dataset.talk] : open() ? [open()] : [];
}

function tally() {
  const n = document.querySelectorAll(".inbox-pick:checked").length;
  const bar = document.getElementById("inbox-bulk");
  if (!bar) return;
  bar.toggleAttribute("data-on", n > 0);
  bar.querySelector("[data-chosen]").textContent = n ? words(n, "Chosen") : "";
}

const words = (n, what) => (n === 1 ? root().dataset[what === "Chosen" ? "wChosenOne" : "wOne"] : root().dataset[what === "Chosen" ? "wChosen" : "wMany"].replace("99", String(n)));

// What arrives. Calm: the list renews itself. In a storm, or while somebody
// points at the list, a bar says how much there is, and nothing moves.
let came = 0;
let lastRenewed = 0;
let soon = 0;
let bursts = [];

async function renew() {
  lastRenewed = Date.now();
  const marked = new Set([...document.querySelectorAll(".inbox-pick:checked")].map((c) => c.value));
  const focus = document.activeElement?.closest("#conversations") ? document.activeElement.id : "";
  const doc = await page(location.pathname + location.search).catch(() => null);
  if (!doc || !root()) return;
  for (const id of ["conversations", "rail-nav"]) swap(id, doc);
  const seg = doc.querySelector("#liste .seg");
  if (seg) document.querySelector("#liste .seg")?.replaceWith(document.importNode(seg, true));
  for (const c of document.querySelectorAll(".inbox-pick")) c.checked = marked.has(c.value);
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  came = 0;
  bar();
  tally();
}

function bar() {
  const b = document.getElementById("inbox-new");
  if (!b) return;
  b.hidden = came === 0;
  if (came) b.textContent = words(came, "Came");
}

document.addEventListener("vigie:event", (e) => {
  const { kind, data, topic } = e.detail;
  if (!root() || kind !== "inbox" || topic !== "brand:" + document.body.dataset.brand) return;
  const n = data?.came || 0;
  const now = Date.now();
  bursts = bursts.filter((t) => now - t < 3000);
  for (let i = 0; i < Math.min(n, 50); i++) bursts.push(now);
  came += n;
  const list = document.getElementById("liste");
  const held = list && (list.scrollTop > 40 || list.matches(":hover") || list.contains(document.activeElement));
  const elsewhere = new URLSearchParams(location.search).has("cursor");
  if (came && (bursts.length > 5 || held || elsewhere)) return bar();
  clearTimeout(soon);
  soon = setTimeout(renew, Math.max(150, 1500 - (now - lastRenewed)));
});

// The box to answer in.
function wire() {
  const form = document.getElementById("inbox-reply");
  if (!form) return;
  document.dispatchEvent(new CustomEvent("vigie:autosave"));
  form.addEventListener("vigie:saved", (e) => {
    const d = e.detail;
    const saved = document.getElementById("inbox-saved");
    saved.textContent = text().value.trim() ? saved.dataset.saved : "";
    document.getElementById("inbox-count").textContent = d.most ? d.count + " / " + d.most : d.count ? String(d.count) : "";
    document.getElementById("inbox-count").toggleAttribute("data-over", d.most > 0 && d.count > d.most);
    document.getElementById("inbox-wrong").replaceChildren(
      ...(d.problems || []).map((p) => {
        const line = document.createElement("p");
        const sig = document.createElement("span");
        sig.className = "sig";
        sig.dataset.s = p.stops ? "alert" : "watch";
        sig.textContent = p.text;
        line.append(sig);
        return line;
      }),
    );
  });
}

// keepDraft lets what was typed a moment ago leave before the box goes.
function keepDraft() {
  const form = document.getElementById("inbox-reply");
  const at = text();
  if (form && at && at.value !== at.defaultValue) navigator.sendBeacon(form.dataset.autosave, new URLSearchParams(new FormData(form)));
}

document.addEventListener("click", (e) => {
  if (!root() || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  const to = e.target.closest("[data-answer]");
  if (to) {
    e.preventDefault();
    const form = document.getElementById("inbox-reply");
    form.elements.to.value = to.dataset.answer;
    document.getElementById("inbox-to").textContent = root().dataset.wTo.replace("{who}", to.dataset.name);
    text().focus();
    return;
  }
  const saved = e.target.closest("[data-shelf]");
  if (saved) {
    e.preventDefault();
    const box = text();
    const lead = box.value.trim() ? box.value.replace(/\s+$/, "") + "\n\n" : "";
    box.value = lead + saved.dataset.words;
    box.form.elements.saved.value = saved.dataset.shelf;
    document.getElementById("inbox-shelf").removeAttribute("open");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    const blank = box.value.slice(lead.length).match(/\{[^{}]+\}/); // the first blank to fill, if one is left
    if (blank) box.setSelectionRange(lead.length + blank.index, lead.length + blank.index + blank[0].length);
    return;
  }
  if (e.target.closest("#inbox-new")) {
    document.getElementById("liste").scrollTop = 0;
    return void renew();
  }
  const a = e.target.closest("#conversations .item, .inbox-others a, #fil .pane-h a[href*='/inbox']");
  if (!a || a.hash) return;
  e.preventDefault();
  show(a.href);
});

document.addEventListener("change", (e) => {
  if (e.target.matches?.(".inbox-pick")) tally();
});

// The shelf opens on its first answer, so that S and Enter are enough.
document.addEventListener(
  "toggle",
  (e) => {
    if (e.target.id === "inbox-shelf" && e.target.open) (e.target.querySelector("[data-shelf]") || e.target.querySelector("input")).focus();
  },
  true,
);

document.addEventListener("submit", (e) => {
  if (!root() || e.defaultPrevented) return;
  const f = e.target;
  const fields = Object.fromEntries(new FormData(f, e.submitter));
  if (f.matches("#inbox-done, #inbox-assign form, #inbox-snooze form")) {
    e.preventDefault();
    const { list, conversation, ...what } = fields;
    f.closest("details")?.removeAttribute("open");
    act([open()], what).then(() => what.do === "assign" && show(location.href, false));
  } else if (f.matches("#inbox-many")) {
    e.preventDefault();
    act(chosen(), { do: e.submitter?.value || "done" });
  }
});

const off = () => document.body.dataset.keys === "off";
document.addEventListener("keydown", (e) => {
  if (!root()) return;
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target === text()) {
    e.preventDefault();
    return text().form.requestSubmit();
  }
  if (e.key === "Escape" && e.target === text()) return text().blur();
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || off() || typing(e.target) || document.querySelector("dialog[open], details[data-menu][open]")) return;
  const can = document.getElementById("inbox-bulk");
  const key = e.key.toLowerCase();
  if (key === "r" && text()) return e.preventDefault(), text().focus();
  if (!can) return;
  const gestures = { e: "done", w: "waiting", u: "unread" };
  if (gestures[key]) return e.preventDefault(), act(chosen(), { do: gestures[key] });
  if (key === "z") return e.preventDefault(), takeBack();
  if (key === "x") {
    const pick = document.activeElement?.closest("[data-talk]")?.querySelector(".inbox-pick");
    if (pick) e.preventDefault(), (pick.checked = !pick.checked), tally();
  }
});

window.addEventListener("popstate", () => root() && show(location.href, false));
if (root()) begin();
