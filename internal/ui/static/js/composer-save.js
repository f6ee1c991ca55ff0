// Drafts are saved as one types. What could not leave stays in this browser;
// what somebody else saved meanwhile is merged, and asked about where both
// wrote: nobody's words are overwritten in silence.
import { connection, toast } from "./toast.js";
import { equal, facts, field, fill, flat, form, mine, pieces, put, say, words } from "./composer-form.js";
import { draw, grow } from "./composer-draw.js";
import { clean } from "./count.js";

const DELAY = 800;
const status = document.getElementById("saved");
let post = facts.post;
let base = flat(facts.values);
let hour = hourOf();
let timer = 0;
let going = null; // the save under way
let asking = false; // the merge dialog is open
let refused = ""; // what the server will not take until it changes

const key = () => "vigie:post:" + (post || "new:" + facts.brand);
function hourOf() {
  return field("when") ? [field("when").value, field("date").value, field("time").value].join() : "";
}
export const dirty = () => !equal(mine(), base) || hourOf() !== hour;

function tell(text, signal) {
  status.textContent = text;
  status.toggleAttribute("data-s", !!signal);
  status.className = signal ? "f12 sig" : "f12 t2";
  if (signal) status.dataset.s = signal;
}

// Kept in the browser until the server has it.
function keep() {
  try {
    localStorage.setItem(key(), JSON.stringify({ version: field("version").value, base: [...base], mine: [...mine()] }));
  } catch {
    // too large for this browser's store: the page still holds it
  }
}
const forget = () => localStorage.removeItem(key());

let spent = 0;
let active = performance.now();
if (!facts.private) {
  for (const e of ["keydown", "pointerdown", "pointermove", "scroll"]) document.addEventListener(e, () => (active = performance.now()), { passive: true, capture: true });
  setInterval(() => {
    if (!document.hidden && document.hasFocus() && performance.now() - active < 60000) spent++;
  }, 1000);
}

export function changed(now) {
  refused = "";
  keep();
  clearTimeout(timer);
  timer = setTimeout(save, now ? 120 : DELAY);
}

// save sends what is in the page; it answers when the server has it or has
// refused it.
export function save() {
  clearTimeout(timer);
  if (asking) return Promise.resolve(false);
  going = (going || Promise.resolve()).then(() => (dirty() && mine() && refused !== signature() ? send() : !dirty()));
  const one = going;
  one.finally(() => {
    if (going === one) going = null;
  });
  return one;
}

const signature = () => JSON.stringify([...mine()]) + hourOf();

async function send() {
  const data = new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string"));
  const took = spent;
  data.set("took", took);
  // An hour that was taken out of the fields is taken off the calendar; fields
  // that somebody else's hour has not reached yet say nothing.
  if (hourOf() !== hour && data.get("when") === "date" && !data.get("date") && !data.get("time")) data.set("clear", "1");
  const sent = mine();
  const sentHour = hourOf();
  const raw = new Map([...form.querySelectorAll("textarea, input.composer-title")].map((el) => [el, el.value]));
  tell(words.saving);
  let res;
  let answer;
  try {
    res = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, keepalive: data.toString().length < 60000 });
    answer = await res.json().catch(() => ({}));
    if (res.status >= 500) throw new Error("HTTP " + res.status);
  } catch {
    keep();
    connection(false);
    tell(words.offline, "watch");
    timer = setTimeout(save, 5000);
    return false;
  }
  connection(true);
  if (!res.ok) {
    if (answer.conflict) return merge(answer);
    refused = signature();
    keep();
    tell(say(words.failed, { why: answer.title || res.status }), "alert");
    return false;
  }
  spent -= took;
  if (!post) begin(answer);
  field("version").value = answer.version;
  hour = sentHour;
  base = sent;
  take(answer);
  // What the server cleaned is shown, unless one typed on.
  let cleaned = false;
  for (const [el, was] of raw) {
    const kept = answer.values[el.name]?.[0];
    if (kept !== undefined && el.value === was && was.replace(/\r\n?/g, "\n").normalize("NFC").trim() !== kept.trim() && clean(was) !== was) {
      put(el, kept);
      cleaned = true;
    }
  }
  if (cleaned) toast({ text: words.cleaned });
  if (dirty()) keep();
  else forget();
  if (dirty()) timer = setTimeout(save, DELAY);
  return true;
}

// begin gives the new draft its address.
function begin(answer) {
  forget();
  post = facts.post = answer.id;
  form.action = answer.url;
  history.replaceState(history.state, "", answer.url);
  document.body.dataset.topics += " post:" + post;
  for (const at of form.querySelectorAll('[data-presence=""]')) at.dataset.presence = "post:" + post;
  document.dispatchEvent(new CustomEvent("vigie:topics"));
}

const shown = {};
// take shows the parts of the page that follow from what is kept.
export function take(answer) {
  for (const [id, html] of Object.entries(answer.html || {})) {
    const at = document.getElementById(id);
    if (!at || shown[id] === html) continue;
    // A dialog that asks about a button still needs that button.
    if (id === "gestures" && document.querySelector("dialog[open]")) continue;
    shown[id] = html;
    const fresh = at.cloneNode(false);
    fresh.innerHTML = html;
    if (at.isEqualNode(fresh)) continue;
    const focus = at.contains(document.activeElement) ? [document.activeElement.name, document.activeElement.value] : null;
    at.innerHTML = html;
    if (focus?.[0]) at.querySelector(`[name="${focus[0]}"][value="${CSS.escape(focus[1])}"]`)?.focus();
  }
  const hours = form.querySelector(".composer-hour");
  if (hours && answer.html?.gestures) hours.hidden = !form.querySelector("[data-go]");
  if (answer.saved) tell(answer.saved);
  const title = document.querySelector(".top h1");
  if (title && answer.title && !answer.status) title.textContent = title.title = answer.title;
  draw();
}

const labelOf = (name) => {
  const [what, c] = name.split(".");
  const label = facts.fields[what.replace(/^own/, "")] || what;
  const channel = facts.rules[c]?.name;
  return channel ? (what === "text" || what === "own" ? channel : label + ", " + channel) : label;
};

// merge puts the other's version and this one together: what only one of the
// two changed is taken, what both changed is asked.
async function merge(answer) {
  const theirs = flat(answer.values);
  const ours = mine();
  const names = new Set([...theirs.keys(), ...ours.keys(), ...base.keys()]);
  const out = new Map(ours);
  const both = [];
  const taken = [];
  const set = (name, v) => (v === undefined ? out.delete(name) : out.set(name, v));
  for (const name of names) {
    const [b, t, m] = [base.get(name), theirs.get(name), ours.get(name)];
    if (t === m || t === b) continue;
    if (m === b) {
      set(name, t);
      taken.push(name);
    } else both.push(name);
  }
  const who = answer.mine ? words.mine : answer.who || words.somebody;
  if (both.length) {
    const choice = await ask(both, ours, theirs, say(words.other, { who: answer.who || words.somebody }));
    if (!choice) return false;
    for (const name of both) if (choice(name) === "theirs") set(name, theirs.get(name));
  } else if (taken.length) {
    const fields = [...new Set(taken.map(labelOf))].join(", ");
    if (!answer.mine) toast({ text: say(words.merged, { who, fields }) });
  }
  field("version").value = answer.version;
  base = theirs;
  fill(out);
  grow();
  take({ ...answer, title: "" });
  if (dirty()) changed(true);
  else forget();
  return true;
}

function ask(names, ours, theirs, text) {
  const box = document.getElementById("merge");
  const at = box.querySelector("[data-merge-fields]");
  box.querySelector("[data-merge-who]").textContent = text;
  at.replaceChildren(
    ...names.map((name, i) => {
      const set = document.createElement("fieldset");
      const legend = document.createElement("legend");
      legend.className = "h3";
      legend.textContent = labelOf(name);
      set.append(legend);
      for (const [side, word, v] of [["mine", words.mine, ours], ["theirs", words.theirs, theirs]]) {
        const label = document.createElement("label");
        label.className = "check merge-side";
        const radio = document.createElement("input");
        radio.type = "radio";
        radio.name = "merge-" + i;
        radio.value = side;
        radio.checked = side === "mine";
        const words2 = document.createElement("span");
        const b = document.createElement("b");
        b.textContent = word;
        const what = document.createElement("span");
        what.className = "well prev-b";
        what.textContent = pieces(v.get(name)).join(", ") || words.emptyField;
        words2.append(b, what);
        label.append(radio, words2);
        set.append(label);
      }
      return set;
    }),
  );
  asking = true;
  box.showModal();
  return new Promise((done) => {
    const end = (choice) => {
      asking = false;
      box.close();
      done(choice);
    };
    for (const b of box.querySelectorAll("[data-merge]")) {
      b.onclick = () => end(b.dataset.merge === "chosen" ? (name) => at.querySelector(`[name="merge-${names.indexOf(name)}"]:checked`).value : () => b.dataset.merge);
    }
    // Escape decides nothing: the words stay in the page, and the next save
    // asks again.
    box.oncancel = () => end(null);
  });
}

// What somebody else did, or the ledger: read after a pause, one reading at a
// time, so that no older answer comes after a newer one.
let pulling = 0;
let reading = false;
let again = false; // something happened since the last reading began
let missed = 0; // readings in a row that the server did not answer

async function pull() {
  pulling = 0;
  if (reading) return; // it looks again at its end
  reading = true;
  const answered = await look();
  reading = false;
  missed = answered ? 0 : missed + 1;
  if (!answered) later(Math.min(60000, 1000 * 2 ** missed));
  else if (again) later(0);
}

// look tells whether the server said where things stand.
async function look() {
  again = false;
  if (!post || asking) return true; // the end of the question saves, and that answers
  if (going) await going;
  try {
    const res = await fetch(form.action + "/state", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!res.ok) return res.status !== 429 && res.status < 500;
    const answer = await res.json();
    if (answer.version > +field("version").value) await merge(answer);
    else take(answer);
    return true;
  } catch {
    return false;
  }
}

function later(ms) {
  again = true;
  pulling ||= setTimeout(pull, ms);
}

document.addEventListener("vigie:event", (e) => {
  const { topic, kind } = e.detail;
  // A resync names no topic: something was missed, whatever it was.
  if (kind !== "resync" && (topic !== "post:" + post || kind === "presence")) return;
  later(700);
});
window.addEventListener("online", () => dirty() && save());
document.addEventListener("visibilitychange", () => document.hidden && dirty() && save());

// restore brings back what was typed before the browser closed or the
// connection was lost.
export function restore() {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(key()));
  } catch {
    return;
  }
  if (!kept) return;
  const before = new Map(kept.mine);
  if (equal(before, base)) {
    forget();
    return;
  }
  const notice = document.getElementById("composer-notice");
  notice.querySelector("[data-text]").textContent = words.restored;
  notice.hidden = false;
  fill(before);
  if (kept.version !== field("version").value) {
    const now = { values: facts.values, version: +field("version").value, html: {}, who: "" };
    base = new Map(kept.base);
    merge(now);
    return;
  }
  changed(true);
}
