// Menus are <details data-menu>: they close on Escape, on a click outside and
// when another opens; arrows move inside.
const all = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (e) => {
  for (const d of all()) if (!d.contains(e.target)) d.open = false;
});

document.addEventListener(
  "toggle",
  (e) => {
    if (!(e.target instanceof HTMLDetailsElement) || !e.target.matches("[data-menu]") || !e.target.open) return;
    for (const d of all()) if (d !== e.target) d.open = false;
  },
  true,
);

document.addEventListener("keydown", (e) => {
  const d = document.activeElement?.closest("details[data-menu][open]") || (e.key === "Escape" ? all()[0] : null);
  if (!d) return;
  if (e.key === "Escape") {
    d.open = false;
    d.querySelector("summary").focus();
    e.preventDefault();
    return;
  }
  if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
  const items = [...d.querySelectorAll(".menu a, .menu button")].filter((i) => i.offsetParent);
  const at = items.indexOf(document.activeElement);
  items[(at + (e.key === "ArrowDown" ? 1 : items.length - 1) + (at < 0 && e.key === "ArrowUp" ? 1 : 0)) % items.length]?.focus();
  e.preventDefault();
});
