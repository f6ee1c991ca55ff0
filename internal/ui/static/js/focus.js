// Counts the seconds somebody really works on what the page shows: window in
// front, and a key, a click or a scroll in the last minute. Private to her
// until she shares it; nothing is counted when her profile says so (the server
// then writes no subject).
const subject = document.body.dataset.subject;

if (subject) {
  const IDLE = 60000;
  const EVERY = 30000;
  let active = performance.now();
  let last = performance.now();
  let spent = 0;
  const wake = () => (active = performance.now());
  for (const e of ["keydown", "pointerdown", "pointermove", "scroll"]) document.addEventListener(e, wake, { passive: true, capture: true });
  const count = () => {
    const now = performance.now();
    if (!document.hidden && document.hasFocus() && now - active < IDLE) spent += Math.min(now - last, 2000);
    last = now;
  };
  const send = () => {
    count();
    const seconds = Math.round(spent / 1000);
    if (seconds < 1) return;
    spent -= seconds * 1000;
    navigator.sendBeacon("/took", new Blob([JSON.stringify({ subject, seconds })], { type: "application/json" }));
  };
  setInterval(count, 1000);
  setInterval(send, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden && send());
  window.addEventListener("pagehide", send);
}
