// A button with data-copy puts the words of the element it names on the
// clipboard. Without this script the buttons stay hidden, and the words are
// chosen by a finger.
const write = async (text, from) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http there is no clipboard: the old way, from a selection.
    const s = getSelection();
    s.selectAllChildren(from);
    return document.execCommand("copy");
  }
};

const show = () => document.querySelectorAll("[data-copies][hidden]").forEach((e) => (e.hidden = false));
show();
document.addEventListener("vigie:refreshed", show);
document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy]");
  const from = button && document.getElementById(button.dataset.copy);
  if (!from) return;
  const done = await write(from.textContent, from);
  document.dispatchEvent(new CustomEvent("vigie:toast", { detail: done ? { text: button.dataset.copied } : { text: button.dataset.uncopied, signal: "alert" } }));
});
