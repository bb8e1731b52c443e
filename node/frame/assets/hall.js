// What the machines of the hall do by themselves: a display flashes a new call,
// says when it is cut off and begins each night anew; a kiosk goes back to its
// start when whoever stood there has left.
"use strict";
(() => {
  const $ = what => document.querySelector(what);

  // --- the display ---
  const moving = $("[data-moving]"), lost = $("[data-lost]");
  if (moving) {
    const began = Date.now(), known = new Set();
    let heard = Date.now();
    const mark = first => document.querySelectorAll("[data-call]").forEach(row => {
      if (!first && !known.has(row.dataset.call)) row.classList.add("fresh");
      known.add(row.dataset.call);
      if (known.size > 500) known.clear();
    });
    mark(true);
    document.addEventListener("htmx:afterRequest", e => { if (e.detail.successful) { heard = Date.now(); lost.hidden = true; } });
    document.addEventListener("htmx:afterSwap", () => {
      mark(false);
      if (Date.now() - began > 6 * 3600e3 && !$("[data-call]")) location.reload(); // nobody is called: take what is new of the pages
    });
    setInterval(() => { if (Date.now() - heard > 90e3) lost.hidden = false; }, 5000);
  }

  // --- the kiosk ---
  const idle = document.body.dataset.idle;
  if (idle) {
    let last = Date.now();
    for (const what of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) addEventListener(what, () => { last = Date.now(); }, {passive: true});
    setInterval(() => { if (Date.now() - last > idle * 1000) { last = Date.now(); if (location.pathname + location.search !== document.body.dataset.home) location.replace(document.body.dataset.home); } }, 1000);
    document.addEventListener("submit", e => { if (e.target.dataset.sent) { e.preventDefault(); return; } e.target.dataset.sent = "1"; });
    addEventListener("pageshow", e => { if (e.persisted) document.querySelectorAll("form[data-sent]").forEach(f => { delete f.dataset.sent; }); });
  }
})();
