// The form of a saved answer: pictures chosen from the library become boxes of
// the form, checked.

const kept = document.getElementById("answer-media");

document.addEventListener("media:pick", (e) => {
  const m = e.detail;
  if (!kept || [...kept.querySelectorAll("input")].some((i) => i.value === m.id)) return;
  const label = document.createElement("label");
  label.className = "check answers-pick";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "media", value: m.id, checked: true });
  const img = Object.assign(document.createElement("img"), { src: m.thumb, alt: m.alt || m.name });
  label.append(box, img);
  kept.append(label);
});
