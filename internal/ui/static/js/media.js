// The media library and the composer send files: dropped, pasted or chosen, in
// pieces that go on after a tunnel or a reload. Without this a plain form does.
//
//   import { send, ready } from "./media.js"
//   const media = await send(file, "/b/<brand>", { progress(sent, total) {} });
//   const done = await ready(media); // once it was read: state "ready" or "refused"
//
// On document: media:added (a file arrived) and media:ready (it was read), both
// with the media as detail. From a picker: media:pick with {id, name, alt,
// thumb, width, height}, which bubbles.
const json = { Accept: "application/json" };
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));

class Refused extends Error {
  constructor(status, text) {
    super(text || "");
    this.status = status;
  }
}

// ask says what the server answered; a lost connection and a troubled server
// throw something else than Refused.
async function ask(url, options = {}) {
  const res = await fetch(url, { ...options, headers: { ...json, ...options.headers } });
  const body = res.status === 204 ? {} : await res.json().catch(() => ({}));
  if (res.ok) return body;
  if (res.status >= 500 || res.status === 429) throw new Error("HTTP " + res.status);
  const err = new Refused(res.status, body.title);
  err.offset = res.headers.get("Upload-Offset");
  throw err;
}

// What is on its way is noted in the browser under the file's name, length and
// date: the same file chosen again goes on where it stopped.
const noteOf = (file, base) => `vigie:upload:${base}:${file.size}:${file.lastModified}:${file.name}`;

export async function send(file, base, { progress = () => {}, waiting = () => {}, signal } = {}) {
  const note = noteOf(file, base);
  const at = base + "/uploads";
  let up = null;
  let tries = 0;
  const gone = () => signal?.aborted;
  for (;;) {
    if (gone()) {
      localStorage.removeItem(note);
      if (up) fetch(at + "/" + up.id, { method: "DELETE" }).catch(() => {});
      throw new DOMException("", "AbortError");
    }
    try {
      if (!up) up = await open(file, at, note);
      progress(up.offset, file.size);
      if (up.offset < file.size) {
        const piece = file.slice(up.offset, up.offset + (up.chunk || 1048576));
        const got = await ask(at + "/" + up.id, { method: "PATCH", body: piece, signal, headers: { "Upload-Offset": up.offset, "Content-Type": "application/octet-stream" } });
        up.offset = got.offset;
        tries = 0;
        continue;
      }
      const media = await ask(at + "/" + up.id + "/finish", { method: "POST" });
      localStorage.removeItem(note);
      document.dispatchEvent(new CustomEvent("media:added", { detail: media }));
      return media;
    } catch (err) {
      if (gone()) continue;
      if (err instanceof Refused) {
        if (err.status === 409 && err.offset !== null && up) {
          up.offset = +err.offset; // another tab was faster, or an answer was lost
          if (++tries < 5) continue;
        }
        if (err.status === 404 && up && ++tries < 3) {
          localStorage.removeItem(note); // swept meanwhile: from the start
          up = null;
          continue;
        }
        localStorage.removeItem(note);
        throw err;
      }
      waiting();
      await Promise.race([pause(Math.min(30000, 1000 * 2 ** Math.min(tries++, 5))), new Promise((ok) => window.addEventListener("online", ok, { once: true }))]);
      if (up) up = await ask(at + "/" + up.id).then((u) => u, (e) => (e instanceof Refused ? null : up));
    }
  }
}

async function open(file, at, note) {
  const id = localStorage.getItem(note);
  if (id) {
    try {
      const up = await ask(at + "/" + id);
      if (up.bytes === file.size) return up;
    } catch (err) {
      if (!(err instanceof Refused)) throw err;
    }
  }
  const up = await ask(at, { method: "POST", body: JSON.stringify({ name: file.name, bytes: file.size }), headers: { "Content-Type": "application/json" } });
  localStorage.setItem(note, up.id);
  return up;
}

// ready waits until a media was read, and returns it as it then is.
export async function ready(media) {
  for (let wait = 300; media.state === "working"; wait = Math.min(5000, wait * 1.3)) {
    await pause(wait);
    try {
      media = { ...(await ask(media.href + "/state")), existing: media.existing };
    } catch (err) {
      if (err instanceof Refused) throw err;
    }
  }
  document.dispatchEvent(new CustomEvent("media:ready", { detail: media }));
  return media;
}

// The rows of what is on its way.
function row(list, name) {
  const li = document.createElement("li");
  const label = document.createElement("span");
  const state = document.createElement("span");
  const bar = document.createElement("div");
  label.className = "clip";
  label.textContent = name;
  state.className = "t2";
  bar.className = "prog";
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", name);
  bar.append(document.createElement("i"));
  li.append(label, state, bar);
  list.append(li);
  list.hidden = false;
  return {
    li,
    say: (text, signal) => {
      state.textContent = text;
      state.className = signal ? "sig" : "t2";
      if (signal) state.dataset.s = signal;
    },
    done: (sent, total) => {
      const v = total ? Math.round((100 * sent) / total) : 0;
      bar.style.setProperty("--v", v + "%");
      bar.setAttribute("aria-valuenow", v);
    },
    end: () => bar.remove(),
    button: (text, act) => {
      const b = document.createElement("button");
      b.type = "button";
      b.className = "btn btn--s btn--quiet";
      b.textContent = text;
      b.addEventListener("click", act);
      li.append(b);
      return b;
    },
    close: () => {
      li.remove();
      if (!list.children.length) list.hidden = true;
    },
  };
}

// One after the other: the last picture is not slower than the first.
let queue = Promise.resolve();

async function sendAll(form, files) {
  const list = form.querySelector("[data-media-sends]");
  const base = form.dataset.mediaDrop;
  const words = list.dataset;
  for (const file of files) {
    list.querySelectorAll("[data-note]").forEach((li) => li.dataset.note === noteOf(file, base) && li.remove());
    const r = row(list, file.name);
    const stop = new AbortController();
    const cancel = r.button(words.cancel, () => stop.abort());
    r.say(words.sending);
    r.done(0, file.size);
    queue = queue.then(async () => {
      try {
        const media = await send(file, base, { signal: stop.signal, progress: (n, all) => (r.say(words.sending), r.done(n, all)), waiting: () => r.say(words.waiting, "watch") });
        cancel.remove();
        r.end();
        r.say(media.existing ? words.existing : words.reading);
        ready(media).then(
          (m) => {
            if (m.state === "refused") return r.say(m.why || words.failed, "alert");
            r.say(m.existing ? words.existing : words.ready, m.existing ? "info" : "calm");
            setTimeout(r.close, 4000);
          },
          () => r.say(words.failed, "alert"),
        );
      } catch (err) {
        if (err.name === "AbortError") return r.close();
        cancel.remove();
        r.end();
        r.say(err.message || words.failed, "alert");
      }
    });
  }
}

// Where files land: the zone that is named, or the only one of the page.
const zone = (target) => (target instanceof Element && target.closest("[data-media-drop]")) || document.querySelector("dialog[open] [data-media-drop]") || document.querySelector("[data-media-drop]");
const held = (e) => [...(e.dataTransfer?.types || [])].includes("Files");
// A composer that takes files by itself says so by preventing the default.
const typing = (t) => t instanceof Element && t.closest("[data-media-own]");

document.addEventListener("change", (e) => {
  const form = e.target.matches?.("[data-media-drop] input[type=file]") && e.target.form;
  if (!form || !e.target.files.length) return;
  sendAll(form, [...e.target.files]);
  e.target.value = "";
});

document.addEventListener("dragover", (e) => {
  const form = held(e) && !typing(e.target) && zone(e.target);
  if (!form) return;
  e.preventDefault();
  form.dataset.over = "";
});
for (const kind of ["dragleave", "drop", "dragend"]) {
  document.addEventListener(kind, (e) => {
    if (kind === "dragleave" && e.relatedTarget) return;
    document.querySelectorAll("[data-media-drop][data-over]").forEach((f) => delete f.dataset.over);
  });
}
document.addEventListener("drop", (e) => {
  const form = !e.defaultPrevented && held(e) && !typing(e.target) && zone(e.target);
  if (!form) return;
  e.preventDefault();
  sendAll(form, [...e.dataTransfer.files]);
});
document.addEventListener("paste", (e) => {
  const files = [...(e.clipboardData?.files || [])];
  const form = files.length && !e.defaultPrevented && !typing(e.target) && zone(e.target);
  if (!form) return;
  e.preventDefault();
  sendAll(form, files);
});

// The one main action opens the file chooser instead of moving down the page.
document.addEventListener("click", (e) => {
  const link = e.target.closest?.("a[href='#media-add']");
  const input = link && document.getElementById("media-file");
  if (input) {
    e.preventDefault();
    input.click();
  }
  const chosen = e.target.closest?.("[data-media-pick]");
  if (chosen) {
    const d = chosen.dataset;
    chosen.dispatchEvent(new CustomEvent("media:pick", { bubbles: true, detail: { id: d.mediaPick, name: d.name, alt: d.alt, thumb: d.thumb, width: +d.width, height: +d.height } }));
  }
});

// The picker's search, and what was just added to it.
async function look(box, url) {
  try {
    const res = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!res.ok) return;
    const fresh = new DOMParser().parseFromString(await res.text(), "text/html").getElementById(box.id);
    if (fresh && box.isConnected) box.replaceWith(document.importNode(fresh, true));
  } catch {
    // typed again, it is asked again
  }
}

function search(form) {
  const box = form.closest(".media-pick")?.querySelector("[data-media-list]");
  if (box) return look(box, box.dataset.mediaList + "?" + new URLSearchParams(new FormData(form)));
}

let timer = 0;
document.addEventListener("input", (e) => {
  const form = e.target.closest?.("[data-media-search]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => search(form), 250);
});
document.addEventListener("submit", (e) => {
  const form = e.target.closest?.("[data-media-search]");
  if (!form) return;
  e.preventDefault();
  search(form);
});
for (const kind of ["media:added", "media:ready"]) {
  document.addEventListener(kind, () => {
    document.querySelectorAll("[data-media-search]").forEach(search);
    const grid = document.getElementById("media-grid");
    if (grid) look(grid, location.pathname + location.search);
  });
}

// The missing text was written.
document.addEventListener("vigie:saved", (e) => {
  if (e.detail?.alt) e.target.querySelectorAll?.("[data-media-warn]").forEach((el) => el.remove());
});

// What a reload interrupted is shown: the browser kept where it stands, and the
// person still has the file.
for (const form of document.querySelectorAll("[data-media-drop]")) {
  const base = form.dataset.mediaDrop;
  const list = form.querySelector("[data-media-sends]");
  const start = `vigie:upload:${base}:`;
  for (const note of Object.keys(localStorage).filter((k) => k.startsWith(start))) {
    const at = base + "/uploads/" + localStorage.getItem(note);
    const [size, , ...name] = note.slice(start.length).split(":");
    ask(at).then(
      (up) => {
        const r = row(list, name.join(":"));
        r.li.dataset.note = note;
        r.say(list.dataset.resume, "watch");
        r.done(up.offset, +size);
        r.button(list.dataset.cancel, () => {
          localStorage.removeItem(note);
          fetch(at, { method: "DELETE" }).catch(() => {});
          r.close();
        });
      },
      (err) => err instanceof Refused && localStorage.removeItem(note),
    );
  }
}

// The point of interest: a press on the picture fills the two fields.
document.addEventListener("click", (e) => {
  const box = e.target.closest?.("[data-media-focus]");
  const img = box?.querySelector("img");
  if (!img) return;
  const r = img.getBoundingClientRect();
  for (const [name, at, size, prop] of [["focus_x", e.clientX - r.left, r.width, "--fx"], ["focus_y", e.clientY - r.top, r.height, "--fy"]]) {
    const v = Math.round(1000 * Math.min(1, Math.max(0, at / size))) / 10;
    box.closest("form").elements[name].value = v;
    box.querySelector("i").style.setProperty(prop, v + "%");
  }
});

// X chooses the media under the cursor, as its box does.
document.addEventListener("keydown", (e) => {
  if (e.key.toLowerCase() !== "x" || document.body.dataset.keys === "off" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const box = document.activeElement?.closest?.(".media-tile")?.querySelector("[name=media]");
  if (!box) return;
  e.preventDefault();
  box.click();
});
