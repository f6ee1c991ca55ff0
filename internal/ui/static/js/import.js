// Bringing in a file: dropped anywhere on the page it is sent at once, and the
// count goes up while it comes in. Without this module the form is sent by its
// button, and the page says so when it is done.
const drop = document.getElementById("import-drop");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const over = (on) => drop.toggleAttribute("data-over", on);
  addEventListener("dragover", (e) => {
    if (![...(e.dataTransfer?.types || [])].includes("Files")) return;
    e.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (e) => e.relatedTarget || over(false));
  addEventListener("drop", (e) => {
    if (!e.dataTransfer?.files.length) return;
    e.preventDefault();
    over(false);
    input.files = e.dataTransfer.files;
    drop.requestSubmit();
  });
}

document.addEventListener("vigie:event", (e) => {
  const at = document.querySelector("[data-import]");
  const { kind, data } = e.detail;
  if (kind !== "import-progress" || !at || data?.import !== at.dataset.import) return;
  const bar = at.querySelector("progress");
  const count = at.querySelector("[data-import-count]");
  if (bar) {
    bar.max = data.of;
    bar.value = data.done;
  }
  if (count) count.textContent = count.dataset.of.replace("{done}", data.done).replace("{of}", data.of);
});
