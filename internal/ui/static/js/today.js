// The hour on the line of the day moves on by itself; without this it is the
// hour at which the page was made.
const write = () => {
  for (const e of document.querySelectorAll("[data-clock]")) {
    const parts = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: e.dataset.clock }).format(new Date());
    if (e.textContent === parts) continue;
    e.textContent = parts;
    const [h, m] = parts.split(":").map(Number);
    e.closest("[data-day]")?.style.setProperty("--now", ((h * 60 + m) / 1440).toFixed(4));
  }
};

setInterval(write, 5000);
document.addEventListener("visibilitychange", () => document.hidden || write());
