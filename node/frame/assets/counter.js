// What the intake does by keyboard beyond every page: choosing what the scan box
// found, options and states by their digit, and keeping what is typed while a
// part of the page is on its way. Without it every button still works.
"use strict";
(() => {
  const $ = (what, in_ = document) => in_.querySelector(what);
  const all = (what, in_ = document) => [...in_.querySelectorAll(what)];

  // --- the scan box: arrows choose, Enter takes; empty it leads on ---
  document.addEventListener("keydown", e => {
    const box = e.target.closest("[data-finder]");
    if (!box || e.isComposing || e.ctrlKey || e.altKey || e.metaKey) return;
    const picks = box.value.trim() ? all(".picks button", document.getElementById("hits")) : [];
    const at = picks.findIndex(b => b.classList.contains("chosen"));
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (!picks.length) return;
      e.preventDefault();
      const next = (at + (e.key === "ArrowDown" ? 1 : -1) + picks.length) % picks.length;
      picks.forEach(b => b.classList.remove("chosen"));
      picks[next].classList.add("chosen");
      picks[next].scrollIntoView({block: "nearest"});
    } else if (e.key === "Enter") {
      if (!box.value.trim() && box.form.hasAttribute("data-advance")) return; // on to the next field
      e.preventDefault(); e.stopImmediatePropagation();
      if (picks.length && box.dataset.asked === box.value) picks[Math.max(at, 0)].click();
      else box.form.requestSubmit(); // what was found is still of fewer letters
    } else if (e.key === "Escape") box.value = "";
  }, true);
  document.addEventListener("htmx:beforeRequest", e => { const box = e.target.closest?.("[data-finder]"); if (box) box.dataset.asking = box.value; });
  document.addEventListener("htmx:afterSwap", e => { const box = $("[data-finder]"); if (box && e.target.id === "hits") box.dataset.asked = box.dataset.asking; });

  document.addEventListener("click", e => { if (e.target.matches("[data-finder]")) e.target.focus(); }); // Alt I

  // --- a digit chooses an option of a question, or the state of a paper ---
  document.addEventListener("keydown", e => {
    if (!/^[1-9]$/.test(e.key) || e.ctrlKey || e.altKey || e.metaKey) return;
    const among = e.target.closest("[data-digits]");
    if (!among) return;
    if (among.matches("select")) {
      const i = [...among.options].findIndex(o => o.text.startsWith(e.key + " "));
      if (i < 0) return;
      e.preventDefault();
      among.selectedIndex = i;
      among.dispatchEvent(new Event("change", {bubbles: true}));
      return;
    }
    const option = all("input", among)[e.key - 1];
    if (option) { e.preventDefault(); option.focus(); option.click(); }
  });

  // --- what a state asks for is shown ---
  document.addEventListener("change", e => {
    if (!e.target.matches(".lines select[data-digits]")) return;
    const rest = document.getElementById(e.target.id.replace(/-state$/, "-rest"));
    if (rest && (e.target.value === "later" || e.target.value === "committed")) rest.open = true;
  });
  document.addEventListener("change", e => {
    if (e.target.name !== "applicant.id_kind") return;
    if (e.target.value === "credit_code") { const fold = $("#b-organisation"); if (fold) fold.open = true; }
    const number = document.getElementById("f-applicant-number");
    if (number && number.value) htmx.trigger(number, "input");
  });

  // --- a form that opens is ready to be typed in ---
  document.addEventListener("toggle", e => {
    if (!e.target.matches(".outcomes details") || !e.target.open || !e.target.contains(document.activeElement)) return;
    const first = $("input:not([type=hidden]), select, textarea, .form-foot button", e.target);
    if (first) first.focus();
  }, true);
  document.addEventListener("keydown", e => {
    const open = e.target.closest?.(".outcomes details[open]");
    if (e.key === "Escape" && open) { open.open = false; $("summary", open).focus(); }
  });
  document.addEventListener("click", e => { // Alt and a letter click a summary that has no focus
    const summary = e.target.closest(".outcomes summary");
    if (summary) summary.focus();
  }, true);

  // --- focus: the first fault, else where the address says one was ---
  const begin = () => {
    const fault = all("[aria-invalid=true]").find(f => f.checkVisibility());
    if (fault) { fault.focus(); fault.select?.(); return; }
    if (location.search.includes("at=papers")) { const state = $(".lines select"); if (state) state.focus(); }
  };
  addEventListener("DOMContentLoaded", begin);
  document.addEventListener("page:new", begin);

  // --- a part of the page comes: what was typed since it was asked for stays,
  // and what was folded open ---
  const fields = in_ => all("input:not([type=file],[type=hidden]), select, textarea", in_).filter(f => f.name);
  const state = f => f.type === "radio" || f.type === "checkbox" ? f.checked : f.value;
  const name = f => f.id || f.name + "\n" + (f.type === "radio" || f.type === "checkbox" ? f.value : "");
  const before = new WeakMap();
  document.addEventListener("htmx:beforeRequest", e => {
    const part = e.detail.target;
    if (part && part.closest("#visit")) before.set(e.detail.xhr, new Map(fields(part).map(f => [name(f), state(f)])));
  });
  document.addEventListener("htmx:beforeSwap", e => {
    const was = before.get(e.detail.xhr), part = e.detail.target;
    if (!was || !part) return;
    const since = fields(part).filter(f => was.has(name(f)) && was.get(name(f)) !== state(f)).map(f => [name(f), state(f)]);
    const open = all("details[open][id]", part).map(d => d.id);
    const again = () => {
      document.removeEventListener("htmx:afterSettle", again);
      for (const id of open) { const d = document.getElementById(id); if (d) d.open = true; }
      for (const [key, value] of since) {
        const f = fields(document).find(f => name(f) === key);
        if (!f || state(f) === value) continue;
        if (f.type === "radio" || f.type === "checkbox") f.checked = value; else f.value = value;
        f.dispatchEvent(new Event("change", {bubbles: true}));
      }
    };
    document.addEventListener("htmx:afterSettle", again);
  });

  // --- the card reader and the camera of this machine, see DEVICES.md ---
  const devices = $("meta[name=devices]")?.content;
  const told = (text, good) => { const s = $("[data-device]"); if (s) { s.textContent = text; s.className = good ? "good" : "fault"; } };
  const ask = async what => {
    const answer = await fetch(devices + what, {cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(20000)});
    if (!answer.ok) throw new Error(answer.status);
    return answer;
  };
  if (devices) document.addEventListener("click", async e => {
    const card = e.target.closest("[data-card]"), camera = e.target.closest("[data-camera]");
    const says = $("[data-device]")?.dataset ?? {};
    try {
      if (card) {
        const person = await (await ask("/card")).json();
        for (const key of ["id_kind", "number", "name", "address", "telephone", "born"]) {
          const box = document.getElementById("f-applicant-" + key);
          if (!box || typeof person[key] !== "string" || !person[key]) continue;
          box.value = person[key].slice(0, 200);
          box.dispatchEvent(new Event("input", {bubbles: true}));
        }
        told(says.read, true);
        const next = ["name", "telephone", "address"].map(k => document.getElementById("f-applicant-" + k)).find(f => f && !f.value);
        (next || card).focus();
      }
      if (camera) {
        const picture = await (await ask("/scan")).blob();
        const box = document.getElementById(camera.dataset.camera), files = new DataTransfer();
        files.items.add(new File([picture], "scan.jpg", {type: "image/jpeg"}));
        box.files = files.files;
        box.dispatchEvent(new Event("change", {bubbles: true}));
        told(says.read, true);
      }
    } catch { if (card || camera) told(says.device, false); }
  });
})();
