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
    if (!e.target.matches(".outcomes details") || !e.target.open || document.activeElement !== $("summary", e.target)) return; // who is within already stays there
    const first = $("[aria-invalid=true]", e.target) || $("input:not([type=hidden]), select, textarea, .form-foot button", e.target);
    if (first) first.focus();
  }, true);
  document.addEventListener("keydown", e => {
    const open = e.target.closest?.(".outcomes details[open]");
    if (e.key === "Escape" && open) { open.open = false; $("summary", open).focus(); }
  });
  document.addEventListener("keydown", e => { // within an outcome the form is sent to that one
    if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.isComposing) return;
    const spot = e.target.closest(".outcomes details[open], .outcomes .bar > button");
    if (!spot) return;
    e.preventDefault(); e.stopImmediatePropagation();
    const button = spot.matches("button") ? spot : $(".form-foot button", spot);
    button.form.requestSubmit(button);
  }, true);
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
  // what was folded open, and the focus ---
  const fields = in_ => all("input:not([type=file],[type=hidden]), select, textarea", in_).filter(f => f.name);
  const state = f => f.type === "radio" || f.type === "checkbox" ? f.checked : f.value;
  const name = f => f.id || f.name + "\n" + (f.type === "radio" || f.type === "checkbox" ? f.value : "");
  const within = part => all("input, select, textarea, button, summary, a[href]", part);
  const sign = e => e.id || [e.tagName, e.name, e.value, e.dataset.phrase, e.getAttribute("formaction"), e.textContent].join("\n");
  const before = new WeakMap();
  let swapped = null; // what is to be done as soon as the part stands
  document.addEventListener("htmx:afterSwap", () => { const now = swapped; swapped = null; now?.(); });
  document.addEventListener("htmx:beforeRequest", e => {
    const part = e.detail.target;
    if (part && part.closest("#visit")) before.set(e.detail.xhr, new Map(fields(part).map(f => [name(f), state(f)])));
  });
  document.addEventListener("htmx:beforeSwap", e => {
    swapped = null;
    const was = before.get(e.detail.xhr), part = e.detail.target;
    if (!was || !part) return;
    const since = fields(part).filter(f => was.has(name(f)) && was.get(name(f)) !== state(f)).map(f => [name(f), state(f)]);
    const open = all("details[open][id]", part).map(d => d.id);
    const unfold = () => open.forEach(id => { const d = document.getElementById(id); if (d) d.open = true; });
    const focus = part.contains(document.activeElement) ? document.activeElement : null, among = focus?.closest("details[id]")?.id;
    swapped = () => { // at once: the next key may be going down
      unfold();
      const changed = [];
      for (const [key, value] of since) {
        const f = fields(document).find(f => name(f) === key);
        if (!f || state(f) === value) continue;
        if (f.type === "radio" || f.type === "checkbox") f.checked = value; else f.value = value;
        changed.push(f);
      }
      if (focus && !focus.isConnected && document.activeElement === document.body) {
        const same = within($("#visit")).find(f => sign(f) === sign(focus) && f.checkVisibility());
        (same || among && document.getElementById(among.replace(/^o-/, "go-")) || document.getElementById("main"))?.focus({preventScroll: true});
      }
      const settled = () => { // htmx puts the attributes of the answer in only now
        document.removeEventListener("htmx:afterSettle", settled);
        unfold();
        for (const f of changed) f.dispatchEvent(new Event("change", {bubbles: true}));
      };
      document.addEventListener("htmx:afterSettle", settled);
    };
  });

  // --- the node judges anew what was changed: a fault goes when it is mended ---
  const marks = () => all("#visit .told-of[id$=-fault]").forEach(told => {
    const id = told.id.replace(/-fault$/, ""), field = document.getElementById(id) || document.getElementById(id + "-state");
    if (!field) return;
    const bad = !!$(".fault", told);
    if (bad) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    field.closest("tr, .field")?.classList.toggle("faulty", bad);
  });
  document.addEventListener("htmx:afterSettle", marks);
  let asked = 0, held = false, wanted = false; // held: a button is going down, or a word is being composed
  const judge = after => {
    clearTimeout(asked);
    asked = setTimeout(() => {
      const spot = document.getElementById("judge");
      if (!spot || spot.closest("form").dataset.sent) return;
      if (held) wanted = true; else htmx.trigger(spot, "judge");
    }, after);
  };
  const hold = on => { held = on; if (!on && wanted) { wanted = false; judge(0); } };
  addEventListener("pointerdown", () => hold(true), true);
  for (const what of ["pointerup", "pointercancel"]) addEventListener(what, () => setTimeout(hold, 0, false), true); // the click comes after
  document.addEventListener("compositionstart", () => hold(true));
  document.addEventListener("compositionend", () => hold(false));
  document.addEventListener("htmx:beforeSwap", e => { if (held && e.detail.target?.id === "outcomes") { e.detail.shouldSwap = false; wanted = true; } });
  const judged = f => f.form?.id === "visit" && f.name && f.type !== "file" && !f.hasAttribute("hx-post") && !f.closest("[hx-trigger=change]");
  document.addEventListener("change", e => {
    const f = e.target;
    if (f.form?.id === "visit" && judged(f) && (f.matches("select, [type=date], [type=checkbox], [list], [name=visit], [aria-invalid]") || $("#visit [name=refused]"))) judge(0);
  });
  document.addEventListener("input", e => { // while it is typed only what is marked as wrong is looked at
    if (e.target.matches("#visit [aria-invalid]") && judged(e.target) && !e.target.closest(".outcomes")) judge(300);
  });

  // --- this center's own area, where whoever sits here says so ---
  document.addEventListener("click", e => {
    const own = e.target.closest("[data-own]");
    if (!own || !window.htmx) return;
    e.preventDefault();
    const box = document.getElementById(own.dataset.own);
    box.value = own.value;
    box.dispatchEvent(new Event("input", {bubbles: true}));
    box.dispatchEvent(new Event("change", {bubbles: true}));
    if (document.activeElement === own) box.focus();
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
