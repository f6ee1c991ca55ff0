// Short sentences at the bottom of the screen; an act can be taken back for
// ten seconds. Anybody shows one: dispatch "vigie:toast" with {text, undo,
// signal} on the document or on an element.
const LIFE = 10000;

const region = () => document.getElementById("toasts");

function clone(id) {
  const t = document.getElementById(id);
  return t ? t.content.firstElementChild.cloneNode(true) : null;
}

// live lets a toast go when its time is over; the bar says how much is left,
// and the time stands still under the pointer or the focus.
function live(box) {
  if (box.dataset.alive !== undefined) return;
  box.dataset.alive = "";
  let left = LIFE;
  let last = performance.now();
  const step = (now) => {
    if (!box.isConnected) return;
    if (!box.matches(":hover, :focus-within") && !document.hidden) left -= now - last;
    last = now;
    box.style.setProperty("--left", Math.max(0, (left / LIFE) * 100) + "%");
    if (left <= 0) box.remove();
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

export function toast({ text, undo, signal, sticky }) {
  const at = region();
  if (!at || !text) return null;
  const box = document.createElement("div");
  box.className = undo ? "toast toast--time" : "toast";
  if (signal) box.dataset.s = signal;
  const words = document.createElement("span");
  if (signal) words.className = "sig", (words.dataset.s = signal);
  words.textContent = text;
  box.append(words);
  if (undo) {
    const b = clone("toast-undo");
    b.addEventListener("click", () => takeBack(undo, box));
    box.append(b);
  }
  const close = clone("toast-close");
  if (close) {
    close.addEventListener("click", () => box.remove());
    if (signal || sticky) box.append(close);
  }
  at.append(box);
  while (at.children.length > 3) at.firstElementChild.remove();
  if (!sticky) live(box);
  return box;
}

async function takeBack(url, box) {
  box.remove();
  try {
    const res = await fetch(url, { method: "POST", redirect: "manual", headers: { Accept: "application/json" } });
    // A redirect is a yes; its toast waits for the page that is loaded now, as
    // do the words of an answer.
    const p = res.type === "opaqueredirect" ? {} : await res.json().catch(() => ({}));
    if (!res.ok && res.type !== "opaqueredirect") {
      toast({ text: p.title || document.body.dataset.failed, signal: "alert" });
      return;
    }
    if (p.text) sessionStorage.setItem("vigie:said", p.text);
    location.reload();
  } catch {
    toast({ text: document.body.dataset.failed, signal: "alert" });
  }
}

const said = sessionStorage.getItem("vigie:said");
if (said) {
  sessionStorage.removeItem("vigie:said");
  toast({ text: said });
}
document.addEventListener("vigie:toast", (e) => toast(e.detail || {}));
for (const box of document.querySelectorAll("[data-toast]")) live(box);

// htmx could not reach the server: the page stays as it is, and says so.
document.addEventListener("htmx:error", () => toast({ text: document.body.dataset.failed, signal: "alert" }));

let lost = null;
export function connection(up) {
  if (!up && !lost) lost = toast({ text: document.body.dataset.lost, sticky: true });
  if (up && lost) {
    lost.remove();
    lost = null;
    toast({ text: document.body.dataset.back });
  }
}
window.addEventListener("offline", () => connection(false));
window.addEventListener("online", () => connection(true));
