/* "This number is wrong": a report that is already filled in, to be completed and sent by the reader; this page sends nothing.
   Links carry the claim in data-wrong; without this script they lead to the page that says how to report an error. */
addEventListener("DOMContentLoaded", () => {
  const site = document.querySelector(".searched")?.dataset; if (!site) return;
  const el = (tag, more = {}, ...inside) => { const e = Object.assign(document.createElement(tag), more); e.append(...inside); return e; };
  let dialog, text, send, said, id;

  function make() {
    text = el("textarea", { id: "wrong-text", rows: 15, spellcheck: false });
    send = el("a", { className: "wrong-send" });
    said = el("span", { role: "status" });
    const copy = el("button", { type: "button", textContent: "Copy the text" }), close = el("button", { type: "button", textContent: "Close" });
    copy.onclick = async () => {
      try { await navigator.clipboard.writeText(text.value); } catch { text.select(); document.execCommand("copy"); }   /* from a folder there is no clipboard object */
      said.textContent = "Copied.";
    };
    close.onclick = () => dialog.close();
    text.addEventListener("input", address);
    const head = el("h2", { id: "wrong-head", textContent: "This number is wrong" });
    const how = el("p", {}, "Please say what stands in the source, then send the text. This page sends nothing itself. ", site.contact ? "" : site.note + ".");
    dialog = el("dialog", { className: "wrong" }, head, how, el("label", { htmlFor: "wrong-text", textContent: "Your report" }), text, el("p", { className: "wrong-ways" }, send, copy, close, said));
    dialog.setAttribute("aria-labelledby", "wrong-head");
    document.body.append(dialog);
  }
  function address() {
    const form = site.contact.startsWith("https://"), q = encodeURIComponent, subject = q(`Error in ${id}, version ${site.version}`);
    send.textContent = form ? "Open the form" : "Open in your mail program";
    send.href = form ? `${site.contact}${site.contact.includes("?") ? "&" : "?"}title=${subject}&body=${q(text.value)}`
      : `mailto:${site.contact}?subject=${subject}&body=${q(text.value.replace(/\n/g, "\r\n"))}`;
  }
  function open(link) {
    if (!dialog) make();
    const d = link.dataset, page = location.pathname.split("/").pop() || "index.html"; id = d.wrong;
    text.value = [`Number: ${id}`, `What it is: ${d.what}`, `Stands here: ${d.value}`, d.source && `Source given: ${d.source}`,
      `Version: ${site.version}, last search ${site.searched}`, `Page: ${page}`, "", "What stands in the source, with page or table:", "", "", "Your name, if it may be named:", ""].filter(l => l !== undefined).join("\n");
    said.textContent = ""; address(); dialog.showModal(); text.focus();
    text.selectionStart = text.selectionEnd = text.value.indexOf("table:") + 7; text.scrollTop = 0;
  }
  addEventListener("click", e => { const link = e.target.closest?.("a[data-wrong]"); if (link) { e.preventDefault(); open(link); } });

  /* the data page: one link a claim, made when its table is opened */
  function links(wrap) {
    if (wrap.dataset.wrongs) return; wrap.dataset.wrongs = "made";
    for (const row of wrap.querySelectorAll("tbody tr[id]")) {
      const [name, what, value, source] = [...row.cells].map(c => c.textContent.trim());
      const link = el("a", { className: "wrong-link", href: "about.html#report-an-error-contribute", textContent: "wrong?" });
      link.setAttribute("aria-label", `${name} is wrong: prepare a report`);
      Object.assign(link.dataset, { wrong: name, what, value, source });
      row.cells[0].append(" ", link);
    }
  }
  for (const wrap of document.querySelectorAll('.tbl-wrap[id^="claims-"]')) {
    const fold = wrap.closest("details");
    if (!fold || fold.open) links(wrap); else fold.addEventListener("toggle", () => links(wrap), { once: true });
  }
});
