// A bad line: what is sent while the node can't be reached waits on the page,
// and goes out when it is back; nobody lands on the browser's error page. A form
// has a key, so that one that arrived although its answer was lost has one
// effect. Without this script forms are sent as browsers do it.
"use strict";
(() => {
  const banner = document.getElementById("line");
  if (!banner) return;
  const text = banner.querySelector("span"), bar = banner.querySelector("progress"), again = banner.querySelector("button"), door = banner.querySelector("a");
  let down = false, waiting = null, timer = 0, delay = 0, quiet = 0;

  // --- what is said: offline, waiting, link, unsent, sending, door, sent; "": nothing ---
  const show = state => {
    clearTimeout(quiet);
    banner.className = state ? "line-state " + state : "";
    text.textContent = state ? banner.dataset[state] : "";
    bar.hidden = state !== "sending";
    again.hidden = !(waiting && (state === "waiting" || state === "door" || state === "link"));
    door.hidden = state !== "door";
    if (state === "sent") quiet = setTimeout(() => show(""), 4000);
  };
  const far = part => { if (part === null) bar.removeAttribute("value"); else bar.value = part; };

  // --- is the node there? ---
  const lost = () => {
    down = true;
    if (!banner.matches(".link, .unsent")) show(waiting ? "waiting" : "offline");
    clearTimeout(timer);
    delay = Math.min(15000, delay * 2 || 1000);
    timer = setTimeout(probe, delay);
  };
  const probe = async () => {
    clearTimeout(timer);
    try { await fetch("/readyz", {cache: "no-store", signal: AbortSignal.timeout(8000)}); } catch { lost(); return; }
    back();
  };
  const back = () => {
    const was = down;
    down = false; delay = 0;
    clearTimeout(timer);
    if (waiting) { const job = waiting; waiting = null; send(job); } else show("");
    if (was) document.dispatchEvent(new Event("line:back"));
  };
  addEventListener("offline", lost);
  addEventListener("online", probe);
  document.addEventListener("line:lost", lost);
  again.addEventListener("click", () => { const job = waiting; waiting = null; if (job) send(job); });

  // --- a form goes out, and its answer is shown ---
  const free = form => { delete form.dataset.sent; form.querySelectorAll("button").forEach(b => { b.disabled = false; b.removeAttribute("aria-busy"); }); };
  const patience = 45000; // without anything moving
  const send = job => {
    const x = new XMLHttpRequest();
    let stalled = 0, size = 0;
    const moving = () => { clearTimeout(stalled); stalled = setTimeout(() => x.abort(), patience); };
    const failed = () => { clearTimeout(stalled); waiting = job; free(job.form); lost(); };
    x.open("POST", job.to);
    x.setRequestHeader("X-Line", "1");
    x.upload.onprogress = e => { moving(); size = e.total; if (size > 50000) { if (!banner.classList.contains("sending")) show("sending"); far(e.loaded / e.total); } };
    x.upload.onload = () => { moving(); if (size > 50000) far(null); };
    x.onprogress = moving;
    x.onerror = x.onabort = failed;
    x.onload = () => {
      clearTimeout(stalled);
      const to = x.getResponseHeader("X-Go"), html = (x.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
      if (x.status === 401) { waiting = job; free(job.form); show("door"); return; }
      if (to) { show("sent"); leave(to); return; }
      if (!html && x.status >= 500) { failed(); return; } // what stands before the node can't reach it
      if (x.responseURL && new URL(x.responseURL).pathname !== new URL(job.to, location.href).pathname) { show("sent"); leave(x.responseURL); return; }
      show(""); free(job.form); swap(x.responseText);
    };
    if (down) show("sending");
    moving();
    x.send(job.body);
  };
  const leave = to => { if (new URL(to, location.href).href === location.href) location.reload(); else location.assign(to); };
  const swap = html => {
    const page = new DOMParser().parseFromString(html, "text/html"), main = page.getElementById("main"), here = document.getElementById("main");
    if (!main) { here.textContent = page.body.textContent; return; }
    document.title = page.title;
    here.replaceChildren(...main.childNodes);
    if (window.htmx) htmx.process(here);
    scrollTo(0, 0);
    document.dispatchEvent(new Event("page:new"));
  };
  const keyed = form => form.elements.namedItem("key") && form.method.toLowerCase() === "post" && !form.hasAttribute("hx-post") && form.closest("main");
  document.addEventListener("submit", e => {
    const form = e.target, by = e.submitter;
    if (e.defaultPrevented || form.target === "_blank" || by?.formTarget === "_blank") return;
    if (!keyed(form)) {
      // without a key it would have two effects where an answer was lost: it waits for whoever sends it
      const method = form.method.toLowerCase();
      if (down && method !== "dialog") { e.preventDefault(); setTimeout(() => free(form)); show(method === "post" ? "unsent" : "link"); delay = 0; probe(); }
      return;
    }
    e.preventDefault();
    const data = new FormData(form, by);
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams([...data].filter(([, v]) => typeof v === "string"));
    const job = {form, body, to: by?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href};
    if (!down) { waiting = null; send(job); return; }
    waiting = job; setTimeout(() => free(form)); show("waiting"); delay = 0; probe();
  });

  // --- links stay on the page while the node is away ---
  document.addEventListener("click", e => {
    const a = e.target.closest("a[href]");
    if (!down || !a || a === door || e.defaultPrevented || a.origin !== location.origin || a.getAttribute("href").startsWith("#")) return;
    e.preventDefault();
    show("link");
    delay = 0;
    probe();
  });

  // --- parts of a page that were asked for ---
  const missed = new Set();
  document.addEventListener("htmx:sendError", e => { missed.add(e.detail.requestConfig?.elt ?? e.target); lost(); });
  document.addEventListener("line:back", () => {
    for (const elt of missed) {
      if (!elt.isConnected) continue;
      if (elt.type === "file") { if (elt.files.length) { elt.dataset.ready = "1"; elt.dispatchEvent(new Event("change", {bubbles: true})); delete elt.dataset.ready; } }
      else if (!elt.matches("button")) htmx.trigger(elt, elt.matches("[data-finder]") ? "input" : "change");
    }
    missed.clear();
  });
  document.addEventListener("htmx:xhr:progress", e => { if (e.target.type === "file" && e.detail.lengthComputable) { if (!banner.classList.contains("sending")) show("sending"); far(e.detail.loaded / e.detail.total); } });
  document.addEventListener("htmx:afterRequest", e => { if (e.detail.requestConfig?.elt?.type === "file" && e.detail.successful) show(""); });
})();
