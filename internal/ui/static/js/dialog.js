// Dialogs open by a button, and what cannot be undone asks once, in words that
// name the consequence.
document.addEventListener("click", (e) => {
  const open = e.target.closest("[data-open]");
  if (open && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
    const d = document.querySelector(open.dataset.open);
    if (d && d.showModal) {
      e.preventDefault();
      open.closest("details[data-menu]")?.removeAttribute("open");
      d.showModal();
      d.dispatchEvent(new CustomEvent("vigie:open"));
    }
    return;
  }
  const close = e.target.closest("[data-close]");
  if (close) close.closest("dialog")?.close();
  // A click on the backdrop is a click on the dialog itself.
  if (e.target instanceof HTMLDialogElement) {
    const r = e.target.getBoundingClientRect();
    if (e.clientX < r.left || e.clientX > r.right || e.clientY < r.top || e.clientY > r.bottom) e.target.close();
  }
});

const box = document.getElementById("confirm");

function ask(button) {
  return new Promise((done) => {
    box.querySelector("h2").textContent = button.dataset.confirm;
    box.querySelector("[data-text]").textContent = button.dataset.confirmText || "";
    const yes = box.querySelector("[value=yes]");
    yes.textContent = button.dataset.confirmYes || button.textContent.trim();
    // Red is for what is lost for good; the rest is a decision like another.
    const red = button.matches(".btn--danger, .danger");
    yes.classList.toggle("btn--danger", red);
    yes.classList.toggle("btn--primary", !red);
    box.returnValue = "no";
    box.addEventListener("close", () => done(box.returnValue === "yes"), { once: true });
    box.showModal();
    box.querySelector("[value=no]").focus();
  });
}

// In the capture phase: before htmx or the browser sends anything.
document.addEventListener(
  "click",
  async (e) => {
    const b = e.target.closest("[data-confirm]");
    if (!b || !box || b.dataset.sure !== undefined) {
      if (b) delete b.dataset.sure;
      return;
    }
    e.preventDefault();
    e.stopImmediatePropagation();
    if (b.form && !b.formNoValidate && !b.form.reportValidity()) return;
    if (await ask(b)) {
      b.dataset.sure = "";
      b.click();
      delete b.dataset.sure;
    }
  },
  true,
);
