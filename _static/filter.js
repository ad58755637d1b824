/* The data page and the table of published against regenerated: one search field for its long tables, and folds that open for a link into them.
   Without this script all rows are there, and browsers that know how open the fold of a linked row themselves. */
addEventListener("DOMContentLoaded", () => {
  const reveal = () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = row?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    row?.scrollIntoView();
  };
  if (location.hash) reveal();
  const tables = [...document.querySelectorAll("[data-searchable]")];
  if (!tables.length) return addEventListener("hashchange", reveal);
  const label = document.createElement("label"), field = document.createElement("input"), count = document.createElement("span");
  label.className = "filter"; field.type = "search"; field.placeholder = tables[0].dataset.searchable || "t-MDS, Table 2, Westin, doubtful …"; count.setAttribute("role", "status");
  label.append("Show rows with ", field, count);
  (tables[0].closest("details") || tables[0]).before(label);
  const rows = tables.flatMap(t => [...t.querySelectorAll("tbody tr")]).map(r => [r, r.textContent.toLowerCase()]);
  const folds = new Map(tables.map(t => t.closest("details")).filter(Boolean).map(d => [d, d.open]));
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) { row.hidden = !words.every(w => text.includes(w)); shown += !row.hidden; }
    for (const t of tables) {
      const some = Boolean(t.querySelector("tbody tr:not([hidden])")), fold = t.closest("details");
      (fold || t).hidden = !some;
      if (fold) fold.open = words.length ? some : folds.get(fold);
    }
    count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  });
  addEventListener("hashchange", () => { field.value = ""; field.dispatchEvent(new Event("input")); reveal(); });
});
