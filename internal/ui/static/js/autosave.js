// A form with data-autosave="/address" is saved as one types. While the
// connection is lost its text stays in this browser, and leaves at the return.
import { toast, connection } from "./toast.js";

const DELAY = 800;

function start(form) {
  if (form.dataset.autosaving !== undefined) return;
  form.dataset.autosaving = "";
  const key = "vigie:" + form.dataset.autosave;
  let timer = 0;
  let saving = false;
  let again = false;
  let failed = false;

  const content = () => new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string"));

  async function save() {
    if (saving) {
      again = true;
      return;
    }
    saving = true;
    again = false;
    const data = content();
    try {
      const res = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const answer = await res.json().catch(() => ({}));
      if (!res.ok) {
        form.dispatchEvent(new CustomEvent("vigie:save-failed", { bubbles: true, detail: { status: res.status, ...answer } }));
        if (res.status >= 500) throw new Error("HTTP " + res.status);
        if (!failed) toast({ text: answer.title || document.body.dataset.failed, signal: "alert" });
        failed = true;
      } else {
        failed = false;
        localStorage.removeItem(key);
        connection(true);
        if (answer.version !== undefined && form.elements.version) form.elements.version.value = answer.version;
        form.dispatchEvent(new CustomEvent("vigie:saved", { bubbles: true, detail: answer }));
      }
    } catch {
      localStorage.setItem(key, data.toString());
      connection(false);
      timer = setTimeout(save, 5000);
    } finally {
      saving = false;
      if (again) save();
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, DELAY);
  });
  window.addEventListener("online", () => localStorage.getItem(key) && save());

  // What was typed before the browser closed without a connection. The version
  // stays the page's: if somebody else has saved since, the server says so.
  const kept = localStorage.getItem(key);
  if (kept) {
    for (const [name, value] of new URLSearchParams(kept)) {
      const el = form.elements[name];
      if (el && name !== "version" && "value" in el && el.type !== "checkbox" && el.type !== "radio") el.value = value;
    }
    save();
  }
}

const scan = () => document.querySelectorAll("form[data-autosave]").forEach(start);
scan();
// Forms that came later.
document.addEventListener("vigie:autosave", scan);
document.addEventListener("vigie:refreshed", scan);
document.addEventListener("htmx:after:swap", scan);
