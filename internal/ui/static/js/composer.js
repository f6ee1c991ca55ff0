// The composer: tabs, switches, keys. What is counted and drawn is in
// composer-draw.js, what is saved in composer-save.js, pictures in
// composer-media.js.
import { toast } from "./toast.js";
import { facts, field, form, on, say, words } from "./composer-form.js";
import { bytes } from "./count.js";
import { draw, grow, redraw } from "./composer-draw.js";
import { changed, dirty, restore, save } from "./composer-save.js";
import { media } from "./composer-media.js";

// undoable says what was done and offers to take it back.
function undoable(text, back) {
  const box = toast({ text });
  const b = document.getElementById("toast-undo")?.content.firstElementChild.cloneNode(true);
  if (!box || !b) return;
  box.classList.add("toast--time");
  b.addEventListener("click", () => {
    box.remove();
    back();
  });
  box.append(b);
}

// Tabs: the common text, and one for each channel.
const tabs = () => [...form.querySelectorAll("[role=tab]")].filter((t) => !t.hidden);

function choose(tab, focus) {
  for (const t of form.querySelectorAll("[role=tab]")) {
    const is = t === tab;
    t.setAttribute("aria-selected", is);
    t.tabIndex = is ? 0 : -1;
    document.getElementById(t.getAttribute("aria-controls")).toggleAttribute("data-on", is);
  }
  if (focus) tab.focus();
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  one();
  grow();
}

const current = () => form.querySelector("[role=tab][aria-selected=true]");

form.addEventListener("click", (e) => {
  const tab = e.target.closest("[role=tab]");
  if (tab) choose(tab);
});
form.addEventListener("keydown", (e) => {
  if (!e.target.matches?.("[role=tab]")) return;
  const all = tabs();
  const at = all.indexOf(e.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  choose(all[(to + all.length) % all.length], true);
});

// Previews: all of them, or the one of the tab.
const modes = form.querySelector("[data-previews-mode]");
function one() {
  const only = modes?.querySelector("[aria-pressed=true]").value === "one" ? current()?.dataset.tab : "";
  for (const box of form.querySelectorAll("[data-preview]")) box.classList.toggle("preview--off", !!only && box.dataset.preview !== only);
}
modes?.addEventListener("click", (e) => {
  const b = e.target.closest("button");
  if (!b) return;
  for (const other of modes.children) other.setAttribute("aria-pressed", other === b);
  one();
});

const options = () => {
  // Common options are those that some chosen channel has; a network's own are
  // in its tab.
  for (const c of form.querySelectorAll("input[name=channel]")) form.querySelector(`[data-lane="${c.value}"]`)?.toggleAttribute("data-going", c.checked);
};

// switched is a switch of a channel: its own words, or no longer.
function switched(box) {
  const c = box.dataset.own;
  const area = field("text." + c);
  if (box.checked) {
    if (!area.value) area.value = field("text").value;
    grow();
    area.focus();
  } else {
    undoable(say(words.reattached, { channel: facts.rules[c].name }), () => {
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

function channel(box) {
  const tab = document.getElementById("tab-" + box.value);
  if (box.checked) return;
  if (current() === tab) choose(document.getElementById("tab-common"));
  undoable(say(words.dropped, { channel: facts.rules[box.value].name }), () => {
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// What is far beyond any network is refused before it slows the browser down;
// the text that was there stays.
form.addEventListener("paste", (e) => {
  const el = e.target;
  const text = e.clipboardData?.getData("text/plain") || "";
  if (!el.matches?.("textarea") || text.length < 1000) return;
  const total = bytes(el.value) + bytes(text);
  if (total <= facts.max) return;
  e.preventDefault();
  toast({ text: say(words.heavy, { bytes: new Intl.NumberFormat(facts.language).format(total), max: new Intl.NumberFormat(facts.language).format(facts.max) }), signal: "alert" });
});

form.addEventListener("input", (e) => {
  if (!e.target.name) return;
  if (e.target.tagName === "TEXTAREA") grow();
  redraw();
  changed(!e.target.matches("textarea, input:not([type=checkbox]):not([type=radio])"));
});
form.addEventListener("change", (e) => {
  if (e.target.matches("[data-file]")) return;
  if (e.target.matches("[data-own]")) switched(e.target);
  if (e.target.matches("[name=channel]")) channel(e.target);
  options();
  redraw();
  changed(true);
});

// The ways out under a preview, done here and now.
form.addEventListener("click", (e) => {
  const b = e.target.closest("[name=fix]");
  if (b) {
    e.preventDefault();
    const [how, c] = b.value.split(":");
    const box = how === "split" ? field("split." + c) : how === "own" ? field("own." + c) : form.querySelector(`input[name=channel][value="${c}"]`);
    if (how === "own") choose(document.getElementById("tab-" + c));
    box.checked = how !== "drop";
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const chip = e.target.closest("[data-label-chips] button");
  if (chip) {
    const labels = field("labels").value.split(",").map((l) => l.trim()).filter(Boolean);
    field("labels").value = (labels.includes(chip.value) ? labels.filter((l) => l !== chip.value) : [...labels, chip.value]).join(", ");
    field("labels").dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// A button that leads away waits until everything is saved.
let sure = false;
form.addEventListener("submit", async (e) => {
  const b = e.submitter;
  if (b?.value === "save" || !b) {
    e.preventDefault();
    save();
    return;
  }
  if (sure) return;
  e.preventDefault();
  if (!(await save()) && dirty()) return; // the line of the head says why
  // With nothing left to save we are still inside of this very event, in which a
  // form ignores whoever asks it to submit again: the next turn is soon enough.
  await new Promise((done) => setTimeout(done));
  // The save may have drawn the button anew.
  const again = b.isConnected ? b : [...form.elements].find((x) => x.type === "submit" && x.name === b.name && x.value === b.value && x.getAttribute("formaction") === b.getAttribute("formaction"));
  if (!again) return;
  sure = true;
  form.requestSubmit(again);
  sure = false;
});

document.addEventListener("keydown", (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.altKey || document.querySelector("dialog[open]")) return;
  if (e.key === "Enter") {
    e.preventDefault();
    form.querySelector(field("when")?.value === "now" ? "[data-go-now]" : "[data-go]")?.click();
  } else if (e.key.toLowerCase() === "s") {
    e.preventDefault();
    save();
  }
});

import("./composer-findings.js").catch(() => {}); // the rest of the page stands without
media(form, undoable, words);
options();
draw();
grow();
restore();
if (!facts.post && !on("channel")) field("text").focus();
