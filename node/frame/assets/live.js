// A list that stands hears of changes and moves nothing by itself: it says how
// many came, marks the rows that changed, greys those that left, and brings all
// of it in when whoever looks at it says so. Without it a list is as old as the
// page.
"use strict";
(() => {
  const $ = (what, in_ = document) => in_.querySelector(what);
  const all = (what, in_ = document) => [...in_.querySelectorAll(what)];
  const news = $("[data-live]");
  if (!news || !window.EventSource) return;
  const chip = $("[data-chip]", news), lost = $("[data-lost]", news);
  const rows = () => all("[data-part=rows] > [data-row]");
  const row = id => rows().find(r => r.dataset.row === id);
  let heard = new Set(), came = null, timer = 0, asking = false, again = false;

  // --- hear ---
  const source = new EventSource(news.dataset.live);
  let broken = false, patience = 0;
  source.addEventListener("changed", e => { if (heard.size < 500) heard.add(e.data); soon(300); });
  source.addEventListener("open", () => {
    clearTimeout(patience); lost.hidden = true;
    if (broken) soon(0);
    broken = false;
  });
  source.addEventListener("error", () => { if (!broken) { broken = true; patience = setTimeout(() => { lost.hidden = false; }, 15000); } });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", e => { if (e.persisted) location.reload(); });

  // --- ask, at most every two seconds, and only while somebody may look ---
  let last = 0;
  const soon = after => {
    if (timer || document.hidden) { again = true; return; }
    timer = setTimeout(() => { timer = 0; ask(); }, Math.max(after, last + 2000 - Date.now()));
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && again) soon(0); });
  const ask = async () => {
    if (asking) { again = true; return; }
    asking = true; again = false; last = Date.now();
    const body = new URLSearchParams();
    for (const r of rows()) body.append("shown", r.dataset.row + " " + r.dataset.mark);
    for (const id of heard) body.append("heard", id);
    try {
      const answer = await fetch(news.dataset.now, {method: "POST", body, headers: {"Tongban-Unattended": "1"}});
      if (answer.redirected) { location.reload(); return; } // nobody is signed in any more
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { again = true; }
    asking = false;
    if (again) soon(2000);
  };

  // --- say what changed, where it stands ---
  const show = doc => {
    const says = $("[data-says]", doc).textContent;
    came = says ? doc : null;
    chip.hidden = !says;
    const line = $("[data-says]", chip);
    if (line.textContent !== says) line.textContent = says;
    const list = rows(), still = list[begin(list)], at = still?.getBoundingClientRect().top;
    for (const r of list) r.classList.remove("changed", "gone");
    for (const mark of all("[data-of]", doc)) {
      const r = row(mark.dataset.of);
      if (!r) continue;
      const gone = "gone" in mark.dataset, tag = $("[data-why]", r);
      r.classList.add(gone ? "gone" : "changed");
      tag.hidden = false;
      tag.textContent = (gone ? news.dataset.gone : news.dataset.changed) + " · " + mark.textContent;
    }
    if (still) scrollBy(0, still.getBoundingClientRect().top - at);
  };

  // the row that was chosen, else the first in sight: it stays where it is on the
  // screen, whatever is written above it
  const begin = all => {
    const chosen = all.findIndex(r => r.getAttribute("aria-current") === "true");
    return chosen >= 0 ? chosen : Math.max(all.findIndex(r => r.getBoundingClientRect().bottom > 60), 0);
  };

  // --- bring it in; what was chosen and what was ticked stays so ---
  const bring = () => {
    const part = name => $(`[data-part=${name}]`), next = name => came && $(`[data-part=${name}]`, came);
    if (!came) return;
    if (!part("rows") || !rows().length || !next("rows").children.length) { location.reload(); return; }
    const was = rows(), stays = new Set(all("[data-row]", came).map(r => r.dataset.row));
    const chosen = was.findIndex(r => r.getAttribute("aria-current") === "true");
    const from = begin(was), anchor = was.slice(from).find(r => stays.has(r.dataset.row)) || was.slice(0, from).reverse().find(r => stays.has(r.dataset.row));
    const at = anchor && anchor.getBoundingClientRect().top;
    const ticked = new Set(all("input[type=checkbox]:checked", part("rows")).map(b => b.value));
    const focused = document.activeElement.closest("[data-row]")?.dataset.row, box = document.activeElement.matches("input");
    for (const name of ["total", "lamps", "rows", "pager"]) if (part(name) && next(name)) part(name).replaceChildren(...next(name).childNodes);
    for (const b of all("input[type=checkbox]", part("rows"))) b.checked = ticked.has(b.value);
    if (chosen >= 0 && anchor) row(anchor.dataset.row)?.setAttribute("aria-current", "true");
    if (anchor) scrollBy(0, row(anchor.dataset.row).getBoundingClientRect().top - at);
    if (focused) $(box ? "input" : "a", row(focused) || news)?.focus({preventScroll: true});
    else if (document.activeElement === document.body || news.contains(document.activeElement)) document.getElementById("main").focus({preventScroll: true});
    came = null; heard = new Set(); chip.hidden = true;
  };
  $("[data-bring]", news).addEventListener("click", bring);
})();
