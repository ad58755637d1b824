/* One search field for the long tables of the data page. Without this script all rows are there. */
addEventListener("DOMContentLoaded", () => {
  const tables = [...document.querySelectorAll("[data-searchable]")];
  if (!tables.length) return;
  const label = document.createElement("label"), field = document.createElement("input"), count = document.createElement("span");
  label.className = "filter"; field.type = "search"; field.placeholder = "t-MDS, Table 2, Westin, doubtful …"; count.setAttribute("role", "status");
  label.append("Show rows with ", field, count);
  tables[0].before(label);
  const rows = tables.flatMap(t => [...t.querySelectorAll("tbody tr")]).map(r => [r, r.textContent.toLowerCase()]);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) { row.hidden = !words.every(w => text.includes(w)); shown += !row.hidden; }
    for (const t of tables) t.hidden = !t.querySelector("tbody tr:not([hidden])");
    count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  });
  addEventListener("hashchange", () => { field.value = ""; field.dispatchEvent(new Event("input")); document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(); });
});
