// Signing on the screen, with a finger, a pen or the mouse. What is drawn
// becomes the picture of the field; whoever can't draw uploads one instead.
"use strict";
(() => {
  const wide = 1200, high = 420;
  const dress = () => document.querySelectorAll("[data-sign]").forEach(field => {
    if (field.dataset.dressed) return;
    field.dataset.dressed = "1";
    const box = field.querySelector("input[type=file]"), canvas = document.createElement("canvas"), clear = document.createElement("button"), told = document.createElement("span");
    canvas.width = wide; canvas.height = high; canvas.className = "pad";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", field.dataset.sign);
    canvas.id = box.id + "-pad";
    clear.type = "button"; clear.className = "plain small"; clear.textContent = field.dataset.clear; clear.dataset.aside = "";
    told.className = "good"; told.setAttribute("role", "status");
    const tools = document.createElement("p");
    tools.className = "tools"; tools.append(clear, " ", told);
    box.before(canvas, tools);
    const pen = canvas.getContext("2d");
    const blank = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, wide, high); pen.strokeStyle = "#111"; pen.lineWidth = 7; pen.lineCap = pen.lineJoin = "round"; };
    blank();
    let at = null, drawn = false;
    const where = e => { const r = canvas.getBoundingClientRect(); return [(e.clientX - r.left) * wide / r.width, (e.clientY - r.top) * high / r.height]; };
    canvas.addEventListener("pointerdown", e => {
      if (e.button) return;
      e.preventDefault();
      try { canvas.setPointerCapture(e.pointerId); } catch {}
      at = where(e);
      pen.beginPath(); pen.moveTo(...at); pen.lineTo(at[0] + .1, at[1]); pen.stroke();
    });
    canvas.addEventListener("pointermove", e => {
      if (!at) return;
      const all = e.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [e]) { pen.beginPath(); pen.moveTo(...at); at = where(one); pen.lineTo(...at); pen.stroke(); }
      drawn = true;
    });
    const up = () => {
      if (!at) return;
      at = null;
      if (!drawn) return;
      canvas.toBlob(blob => {
        const all = new DataTransfer();
        all.items.add(new File([blob], "signature.png", {type: "image/png"}));
        box.files = all.files;
        told.textContent = "✓ " + field.dataset.signed;
      }, "image/png");
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    clear.addEventListener("click", () => { blank(); drawn = false; box.value = ""; told.textContent = ""; });
    box.addEventListener("change", () => { blank(); drawn = false; told.textContent = box.files.length ? "✓ " + field.dataset.signed : ""; });
  });
  addEventListener("DOMContentLoaded", dress);
  document.addEventListener("page:new", dress);
  document.addEventListener("htmx:afterSettle", dress);
})();
