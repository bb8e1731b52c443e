// What every page of the workbench does by keyboard, and what a page does while
// it waits. Without this script everything still works by mouse and Enter.
"use strict";
(() => {
  const $ = (what, in_ = document) => in_.querySelector(what);
  const all = (what, in_ = document) => [...in_.querySelectorAll(what)];
  const typing = e => e.target.closest("input:not([type=checkbox],[type=radio],[type=submit],[type=button]), textarea, select, [contenteditable]");

  // --- a form is sent once: its buttons settle on press ---
  document.addEventListener("submit", e => {
    const form = e.target;
    if (form.dataset.sent || e.defaultPrevented) { if (form.dataset.sent) e.preventDefault(); return; }
    if (form.method.toLowerCase() !== "post" || form.hasAttribute("hx-post") || form.target === "_blank") return; // what opens beside may be wanted twice
    form.dataset.sent = "1";
    setTimeout(() => all("button", form).forEach(b => { b.disabled = true; if (b === e.submitter) b.setAttribute("aria-busy", "true"); }));
  });
  addEventListener("pageshow", e => { // Back: the page comes as it was left
    if (e.persisted) all("form[data-sent]").forEach(f => { delete f.dataset.sent; all("button", f).forEach(b => { b.disabled = false; b.removeAttribute("aria-busy"); }); });
  });

  // --- focus: what went wrong, else what the page asks for, else the scan box ---
  addEventListener("DOMContentLoaded", () => {
    const trouble = $("#trouble");
    const retype = $("[data-retype]"); // a secret alone is typed anew; the refusal is read out as an alert
    if (trouble) { (retype || trouble).focus(); return; }
    if (!$("[autofocus]")) { const first = $("[data-first]"); if (first) first.focus(); }
    restore();
  });

  document.addEventListener("page:new", () => { const what = $("#trouble") || $("[data-first]"); if (what) what.focus(); });

  // --- rows: j and k, arrows, Enter; Back finds the row again ---
  const rows = () => all("[data-row]");
  const here = () => rows().findIndex(r => r.getAttribute("aria-current") === "true");
  const choose = i => {
    const list = rows(); if (!list.length) return;
    i = Math.max(0, Math.min(i, list.length - 1));
    list.forEach(r => r.removeAttribute("aria-current"));
    list[i].setAttribute("aria-current", "true");
    list[i].scrollIntoView({block: "nearest"});
    keepPlace(list[i].dataset.row);
  };
  const place = () => "place " + location.pathname + location.search;
  const keepPlace = row => { try { sessionStorage.setItem(place(), JSON.stringify({row, y: scrollY})); } catch {} };
  const restore = () => {
    try {
      const was = JSON.parse(sessionStorage.getItem(place()));
      if (!was) return;
      const i = rows().findIndex(r => r.dataset.row === was.row);
      if (i >= 0) rows()[i].setAttribute("aria-current", "true");
      scrollTo(0, was.y);
    } catch {}
  };
  document.addEventListener("click", e => { const row = e.target.closest("[data-row]"); if (row && e.target.closest("a")) keepPlace(row.dataset.row); });

  // --- Enter advances, as a scanner ends with Enter; the last field sends ---
  document.addEventListener("keydown", e => {
    if (e.key !== "Enter" || e.isComposing || e.ctrlKey || e.altKey) return;
    const form = e.target.closest("form[data-advance]");
    if (!form || !e.target.matches("input:not([type=submit],[type=button],[type=file]), select")) return;
    const fields = all("input:not([type=hidden],[type=submit]), select, textarea, button", form).filter(f => !f.disabled && f.checkVisibility() && (f === e.target || !f.hasAttribute("data-aside")));
    const next = fields[fields.indexOf(e.target) + 1];
    if (!next || e.target.value === "" && e.target.required) { if (!next) return; }
    e.preventDefault();
    if (e.target.type === "radio") { const name = e.target.name; const after = fields.slice(fields.indexOf(e.target)).find(f => f.name !== name); if (after) after.focus(); return; }
    next.focus();
    if (next.select && next.type !== "radio") next.select();
  });

  // --- dialogs: the keys, and the search of everything ---
  const open = id => { const d = document.getElementById(id); if (d && !d.open) { d.showModal(); const box = $("input", d); if (box) { box.value = ""; box.focus(); } } return d; };
  let going = 0;
  document.addEventListener("keydown", e => {
    if (e.isComposing) return;
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") { e.preventDefault(); open("palette"); return; }
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { const form = e.target.closest("form") || $("form[data-main]"); if (form) { e.preventDefault(); form.requestSubmit($("[data-go-on]", form) || undefined); } return; }
    if (e.altKey && e.key.length === 1) { const hit = $(`[data-alt="${e.key.toLowerCase()}"]`); if (hit) { e.preventDefault(); hit.click(); } return; }
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || $("dialog[open]")) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = $(`[data-go="${e.key}"]`);
      if (link) { e.preventDefault(); link.click(); }
      return;
    }
    switch (e.key) {
      case "g": going = Date.now(); return;
      case "/": { const box = $("[data-search]"); if (box) { e.preventDefault(); box.focus(); box.select(); } return; }
      case "j": case "ArrowDown": if (rows().length) { e.preventDefault(); choose(here() + 1); } return;
      case "k": case "ArrowUp": if (rows().length) { e.preventDefault(); choose(here() - 1); } return;
      case "x": { const box = rows()[here()] && $("input[type=checkbox]", rows()[here()]); if (box) { e.preventDefault(); box.checked = !box.checked; } return; }
      case "Enter": { const row = rows()[here()]; if (row && document.activeElement === document.body || row && e.target.id === "main") { e.preventDefault(); $("a", row).click(); } return; }
    }
    const hit = $(`[data-key="${e.key}"]`);
    if (hit && hit.offsetParent) { e.preventDefault(); hit.click(); }
  });
  // Within the palette arrows choose and Enter opens.
  document.addEventListener("keydown", e => {
    const d = e.target.closest("#palette"); if (!d) return;
    const hits = all("a", d); if (!hits.length) return;
    let i = hits.findIndex(a => a.classList.contains("chosen"));
    if (e.key === "ArrowDown") i++; else if (e.key === "ArrowUp") i--; else if (e.key === "Enter") { e.preventDefault(); hits[Math.max(i, 0)].click(); return; } else return;
    e.preventDefault();
    i = (i + hits.length) % hits.length;
    hits.forEach(a => a.classList.remove("chosen")); hits[i].classList.add("chosen"); hits[i].scrollIntoView({block: "nearest"});
  });
  document.addEventListener("click", e => { const b = e.target.closest("[data-open]"); if (b) { e.preventDefault(); open(b.dataset.open); } });
  document.addEventListener("click", e => all("details.menu-fold[open]").forEach(d => { if (!d.contains(e.target)) d.open = false; }));
  document.addEventListener("keydown", e => { const d = e.key === "Escape" && $("details.menu-fold[open]"); if (d) { d.open = false; $("summary", d).focus(); } });
  document.addEventListener("click", e => { if (e.target.closest("[data-print]")) { e.preventDefault(); print(); } });
  document.addEventListener("click", e => { const b = e.target.closest("[data-close]"); if (b) b.closest("dialog").close(); });

  // --- ready words go into their field ---
  document.addEventListener("click", e => {
    const b = e.target.closest("[data-phrase]"); if (!b) return;
    const box = document.getElementById(b.dataset.phrase);
    box.value = box.value ? box.value + "\n" + b.textContent : b.textContent;
    box.dispatchEvent(new Event("input", {bubbles: true})); box.focus();
  });

  // --- what was typed is kept by the node, not by the browser ---
  document.addEventListener("change", e => { const form = e.target.closest("form[data-keep]"); if (form) keepSoon(form); });
  document.addEventListener("input", e => { const form = e.target.closest("form[data-keep]"); if (form) keepSoon(form); });
  const waiting = new WeakMap();
  const tell = (form, state) => {
    const mark = $("[data-kept]", form) || $("[data-kept]"); if (!mark) return;
    mark.dataset.state = state;
    mark.textContent = mark.dataset[state] + (state === "kept" ? " " + new Date().toTimeString().slice(0, 5) : "");
  };
  const keep = form => {
    const body = new URLSearchParams();
    for (const [k, v] of new FormData(form)) if (typeof v === "string") body.append(k, v);
    delete form.dataset.unkept;
    fetch(form.dataset.keep, {method: "POST", body, headers: {"X-Keep": "1"}}).then(r => { if (!form.dataset.unkept) tell(form, r.status === 204 ? "kept" : "lost"); })
      .catch(() => { form.dataset.unkept = "1"; tell(form, "lost"); document.dispatchEvent(new Event("line:lost")); });
  };
  const keepSoon = form => {
    clearTimeout(waiting.get(form));
    form.dataset.unkept = "1";
    tell(form, "unkept");
    waiting.set(form, setTimeout(() => keep(form), 600));
  };
  document.addEventListener("line:back", () => all("form[data-keep][data-unkept]").forEach(keep));

  // --- a screen locks itself ---
  const idle = $("meta[name=idle]");
  if (idle) {
    let last = Date.now();
    for (const what of ["keydown", "pointerdown", "wheel", "touchstart"]) addEventListener(what, () => { last = Date.now(); }, {passive: true});
    setInterval(() => { if (Date.now() - last > idle.content * 1000) { last = Date.now(); const lock = $("form[action='/lock'] button"); if (lock) lock.click(); } }, 5000);
  }

  // --- charts: the numbers stand in the page, in a table; the picture is made of them ---
  const charts = () => all("[data-chart]").forEach(box => {
    if (box.dataset.drawn || !window.echarts) return;
    box.dataset.drawn = "1";
    const chart = echarts.init(box, null, {renderer: "svg"});
    chart.setOption(JSON.parse(box.dataset.chart));
    addEventListener("resize", () => chart.resize());
  });
  addEventListener("load", charts);

  // --- which scanned papers were chosen, and how big they are ---
  document.addEventListener("change", e => {
    if (e.target.type !== "file") return;
    const mark = e.target.closest("label, p, td")?.querySelector("[data-files]");
    if (mark) mark.textContent = [...e.target.files].map(f => f.name + " " + Math.ceil(f.size / 1024) + " kB").join(", ");
  });
})();
