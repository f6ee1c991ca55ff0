// The page works without any of this. Each module adds one thing.
import "./toast.js";
import "./dialog.js";
import "./menu.js";
import "./keys.js";
import "./palette.js";
import "./live.js";
import "./focus.js";
import "./autosave.js";

document.documentElement.dataset.js = "";

// The line of the day moves on once a minute.
const day = document.querySelector("[data-day]");
if (day) {
  let now = parseFloat(day.style.getPropertyValue("--now"));
  setInterval(() => {
    now += 1 / 1440;
    if (now > 1) now -= 1;
    for (const e of document.querySelectorAll("[data-day]")) e.style.setProperty("--now", now.toFixed(4));
  }, 60000);
}

if ("serviceWorker" in navigator && window.isSecureContext) {
  const version = import.meta.url.match(/\/static\/([^/]+)\//)?.[1];
  if (version) navigator.serviceWorker.register("/sw.js?v=" + version).catch(() => {}); // only the offline page is missed
}
