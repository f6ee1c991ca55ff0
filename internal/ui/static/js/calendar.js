// The calendar: moving posts by hand and by keys, choosing several, undoing.
// Every gesture shows at once and is taken back when the server refuses it.
// Without this module the calendar is read, filtered and opened all the same.
import "./calendar-drag.js";
import "./calendar-keys.js";
import { root, send, renew, chosen, choose, letGo, cards, card, can, minutes } from "./calendar-state.js";

// A click with Ctrl or Shift chooses; Shift takes what lies between.
let last = null;
document.addEventListener("click", (e) => {
  const at = e.target.closest?.("#cal [data-post]");
  if (!at || !can()) return;
  const link = e.target.closest("a");
  if (!link || (!e.ctrlKey && !e.metaKey && !e.shiftKey)) return;
  e.preventDefault();
  const id = at.dataset.post;
  if (e.shiftKey && last) {
    const all = cards().map((c) => c.dataset.post);
    const [a, b] = [all.indexOf(last), all.indexOf(id)].sort((x, y) => x - y);
    for (const other of all.slice(Math.max(0, a), b + 1)) choose(other, true);
  } else choose(id);
  last = id;
});

// A click on an empty hour is a new post at that hour.
document.addEventListener("click", (e) => {
  if (e.defaultPrevented || !root()?.dataset.new || e.target.closest("a, button, .pop")) return;
  const day = e.target.closest("#cal .cal-d, #cal .month-d");
  if (!day || matchMedia("(max-width: 48rem)").matches) return;
  let local = day.dataset.day + "T09:00";
  if (day.matches(".cal-d")) local = day.dataset.day + "T" + minutes.text(Math.floor(minutes.at(day, e.clientY) / 30) * 30);
  if (local < root().dataset.now) return;
  location.href = root().dataset.new + "?at=" + local;
});

document.addEventListener("click", (e) => {
  const b = e.target.closest("#cal-bar [data-do]");
  if (!b) return;
  if (b.dataset.do === "none") letGo();
  else if (b.dataset.do === "grab") document.dispatchEvent(new CustomEvent("calendar:grab"));
  else if (b.dataset.do === "bulk") location.href = "/b/" + document.body.dataset.brand + "/bulk?" + new URLSearchParams([...chosen()].map((post) => ["post", post]));
  else if (b.dataset.do === "recall") location.href = "/b/" + document.body.dataset.brand + "/recalls/new?" + new URLSearchParams([...chosen()].map((post) => ["post", post]));
  else act(b.dataset.do, [...chosen()]);
});

async function act(what, ids) {
  for (const id of ids) card(id)?.toggleAttribute("data-lifted", true);
  const form = new URLSearchParams({ do: what });
  for (const id of ids) form.append("post", id);
  if (await send("/do", form)) letGo();
  renew();
}

// The choice outlives a live replacement of the calendar.
document.addEventListener("vigie:refreshed", () => choose(null));

// The line of now, and the present, move on once a minute.
setInterval(() => {
  const cal = root();
  if (!cal) return;
  const now = minutes.shift(cal.dataset.now, 1);
  cal.dataset.now = now;
  const line = cal.querySelector(".cal-now");
  const grid = cal.querySelector(".cal--q");
  if (!line || !grid) return;
  const past = minutes.of(now) - +grid.dataset.begin;
  line.style.setProperty("--r", Math.floor(past / 15) + 1);
  line.style.setProperty("--dy", ((past % 15) / 15) * 0.71875 + "rem");
}, 60000);
