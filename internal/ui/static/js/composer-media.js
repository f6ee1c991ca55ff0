// Pictures of a post: taken from the library, dragged, pasted or chosen; put in
// order, described, taken out.
import { ready, send as sendFile } from "./media.js";

const facts = () => JSON.parse(document.getElementById("composer").dataset.composer);
const { media: url, brand } = facts();

// made is a media's line in the page, from the template.
function made(of, m) {
  const li = document.getElementById("media-item").content.firstElementChild.cloneNode(true);
  li.dataset.mediaItem = m.id;
  const hidden = li.querySelector("input[type=hidden]");
  hidden.name = "media" + of;
  hidden.value = m.id;
  li.querySelector("img").src = url + "/" + m.id + "/thumb";
  li.querySelector("[data-name]").textContent = m.name || "";
  li.querySelector("[data-size]").textContent = m.width ? `${m.width} × ${m.height}` : "";
  const alt = li.querySelector("textarea");
  alt.name = alt.id = "alt" + of + "." + m.id;
  alt.value = m.alt || "";
  li.querySelector("label").htmlFor = alt.id;
  return li;
}

const listOf = (box) => box.querySelector("[data-media-list]");
const say = (box) => box.dispatchEvent(new Event("change", { bubbles: true }));

// setMedia makes the list hold these media, in this order.
export function setMedia(box, ids) {
  const list = listOf(box);
  const have = new Map([...list.querySelectorAll("[data-media-item]")].map((li) => [li.dataset.mediaItem, li]));
  list.replaceChildren(...ids.map((id) => have.get(id) || made(box.dataset.media, { id })), ...list.querySelectorAll(".media--going"));
}

// add puts media at the end; one that is there stays where it is.
export function add(box, all) {
  const list = listOf(box);
  for (const m of all) {
    if (![...list.children].some((li) => li.dataset.mediaItem === m.id)) list.append(made(box.dataset.media, m));
  }
  say(box);
}

export function media(form, undoable, words) {
  const library = document.getElementById("library");
  let opened = null; // the list the library was opened for
  document.addEventListener("media:pick", (e) => {
    add(opened || form.querySelector("[data-media]"), [e.detail]);
    library.close();
  });

  async function show() {
    const at = library.querySelector("[data-library]");
    library.showModal();
    const res = await fetch(url + "/pick", { headers: { Accept: "text/html", "HX-Request": "true" }, cache: "no-store" }).catch(() => null);
    if (!res?.ok) return;
    const doc = new DOMParser().parseFromString(await res.text(), "text/html");
    at.replaceChildren(...[doc.getElementById("media-pick")].filter(Boolean).map((n) => document.importNode(n, true)));
    at.querySelector("input")?.focus();
  }

  async function send(box, files) {
    for (const file of files) {
      if (!file.type.startsWith("image/")) continue;
      const li = document.getElementById("media-going").content.firstElementChild.cloneNode(true);
      li.querySelector("[data-name]").textContent = file.name;
      const bar = li.querySelector(".prog");
      listOf(box).append(li);
      const share = li.querySelector("[data-share]");
      const progress = (sent, total) => {
        const v = total ? Math.round((sent * 100) / total) : 0;
        bar.style.setProperty("--v", v + "%");
        bar.setAttribute("aria-valuenow", v);
        share.textContent = v + " %";
      };
      try {
        const m = await ready(await sendFile(file, "/b/" + brand, { progress }));
        if (m.state === "refused") throw new Error(m.why);
        li.remove();
        add(box, [m]);
      } catch (err) {
        const why = li.querySelector("[data-why]");
        why.textContent = err.message;
        why.hidden = false;
        share.textContent = "";
        bar.remove();
        setTimeout(() => li.remove(), 30000);
      }
    }
  }

  form.addEventListener("click", (e) => {
    const open = e.target.closest("[data-media-open]");
    if (open) {
      opened = open.closest("[data-media]");
      show();
    }
    const li = e.target.closest("[data-media-item]");
    if (!li) return;
    const box = li.closest("[data-media]");
    if (e.target.closest("[data-up]") && li.previousElementSibling) li.previousElementSibling.before(li);
    else if (e.target.closest("[data-down]") && li.nextElementSibling) li.nextElementSibling.after(li);
    else if (e.target.closest("[data-remove]")) {
      const next = li.nextElementSibling;
      const list = li.parentElement;
      li.remove();
      undoable(words.removed, () => {
        if (next?.parentElement === list) next.before(li);
        else list.append(li);
        say(box);
      });
    } else return;
    e.target.closest("button").focus();
    say(box);
  });
  form.addEventListener("change", (e) => {
    if (!e.target.matches("[data-file]")) return;
    send(e.target.closest("[data-media]"), [...e.target.files]);
    e.target.value = "";
  });
  // Files dropped on the composer go to the list under the pointer, or to the
  // common one; the library takes those dropped on itself.
  const target = (e) => e.target.closest("[data-media]") || form.querySelector("[data-media]");
  const files = (t) => t && [...t.types].includes("Files");
  form.addEventListener("dragover", (e) => {
    if (!files(e.dataTransfer)) return;
    e.preventDefault();
    form.dataset.dropping = "";
  });
  form.addEventListener("dragleave", (e) => !form.contains(e.relatedTarget) && delete form.dataset.dropping);
  form.addEventListener("drop", (e) => {
    if (!files(e.dataTransfer)) return;
    e.preventDefault();
    delete form.dataset.dropping;
    send(target(e), [...e.dataTransfer.files]);
  });
  form.addEventListener("paste", (e) => {
    const pasted = [...(e.clipboardData?.files || [])];
    if (!pasted.length) return;
    e.preventDefault();
    send(target(e), pasted);
  });
}
