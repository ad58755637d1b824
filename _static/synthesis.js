/* The switches of the synthesis: look up what was computed when the page was built, and show it. Nothing is fetched.
   Without this script the default stands there. The markup of a row is that of analysis/synthesis/panel.py. */
addEventListener("DOMContentLoaded", () => {
  const block = document.querySelector(".choices"), packed = document.getElementById("switches-data");
  if (!block || !packed) return;
  const found = JSON.parse(packed.textContent), fields = block.querySelector("fieldset");
  const answer = block.querySelector(".choices-answer"), body = block.querySelector("tbody"), unit = block.querySelector(".choices-unit");
  const controls = Object.fromEntries([...fields.querySelectorAll("select")].map(s => [s.dataset.switch, s]));
  const units = { share: "% of patients", rate: "events per 1,000 person-years" };
  const ends = Object.fromEntries(Object.keys(units).map(kind => [kind, Math.max(...found.rows.filter(r => r[kind]).map(r => r[kind][2]))]));
  const make = (tag, name, text) => { const e = document.createElement(tag); if (name) e.className = name; if (text !== undefined) e.textContent = text; return e; };
  const at = (element, styles) => { Object.assign(element.style, styles); return element; };
  const bar = (numbers, end, pooled) => {
    const line = make("span", pooled ? "choices-bar pooled" : "choices-bar"), [value, low, high, ...next] = numbers.map(x => Math.min(100, 100 * x / end));
    line.setAttribute("aria-hidden", "true");
    if (next.length && next.every(Number.isFinite)) line.append(at(make("u"), { left: `${next[0]}%`, width: `${next[1] - next[0]}%` }));
    line.append(at(make("i"), { left: `${low}%`, width: `${high - low}%` }), at(make("b"), { left: `${value}%` }));
    return line;
  };
  const line = (name, counts, followed, drawn, words, pooled) => {
    const row = make("tr", pooled ? "choices-pooled" : ""), head = make("th");
    head.scope = "row"; head.append(name);
    const cell = make("td", "choices-cell");
    if (drawn) cell.append(drawn);
    row.append(head, make("td", "n", counts), make("td", "n", followed), cell, make("td", "n", words));
    return row;
  };
  const show = () => {
    const estimator = controls.estimator.value, kind = estimator === "rate" ? "rate" : "share";
    const place = found.switches.reduce((sum, s) => sum * s.options.length + Number(controls[s.name].value), 0);
    const set = found[kind][place], pooled = found.answers[estimator][set], borrowed = Number(controls.borrowed.value) === 1;
    const rows = found.sets[set].map(i => found.rows[i]).sort((a, b) => b[kind][0] - a[kind][0]);
    unit.textContent = `${units[kind]}, 0 to ${Math.round(ends[kind])}`;
    body.replaceChildren(...rows.map(r => {
      const link = make("a", "report", r.name);
      link.href = `data.html#report-${r.report}`;
      const followed = r.borrowed && !borrowed ? "not seen" : r.followed;
      return line(link, r.counts, followed, bar(r[kind], ends[kind]), r[`${kind}_words`]);
    }));
    if (pooled.at) body.append(line(`Pooled, ${rows.length} groups`, "", "", bar(pooled.at, ends[kind], true), pooled.words.replace(/ per 1,000 person-years|95% CI /g, ""), true));
    const strong = make("strong", "", pooled.at ? pooled.words : "Not pooled");
    const rest = pooled.at ? ` pooled from ${rows.length} groups.${pooled.next ? ` Next group: ${pooled.next};` : ""} I² ${pooled.i2}.` : `: ${pooled.why.replace(/: not pooled$/, "")}.${rows.length ? " They stand side by side." : ""}`;
    answer.replaceChildren(strong, rest);
  };
  fields.addEventListener("change", show);
  fields.querySelector("button").addEventListener("click", () => { for (const s of Object.values(controls)) s.selectedIndex = 0; show(); controls.estimator.focus(); });
  addEventListener("beforeprint", () => { for (const s of Object.values(controls)) s.selectedIndex = 0; show(); });
  fields.hidden = false;
  show();
});
