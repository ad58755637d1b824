/* "Since you cited us": choose the version that you cited. Without this script all versions stand under each other. */
addEventListener("DOMContentLoaded", () => {
  const blocks = [...document.querySelectorAll("section.since")];
  if (blocks.length < 2) return;
  const choice = Object.assign(document.createElement("select"), { id: "since-version" });
  for (const b of blocks) choice.append(new Option(`${b.dataset.since} (${b.dataset.on})`, b.dataset.since));
  const label = Object.assign(document.createElement("label"), { className: "since-choice" });
  label.append("The version that you cited ", choice);
  blocks[0].before(label);
  const linked = () => blocks.find(b => location.hash === `#since-${b.dataset.since}`)?.dataset.since;
  const show = () => blocks.forEach(b => { b.hidden = b.dataset.since !== choice.value; });
  choice.value = linked() || blocks[1].dataset.since;      /* the version before this one, if no link says which */
  choice.addEventListener("change", () => { show(); history.replaceState(null, "", `#since-${choice.value}`); });
  addEventListener("hashchange", () => { if (linked()) { choice.value = linked(); show(); } });
  show();
});
