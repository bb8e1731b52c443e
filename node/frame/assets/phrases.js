// Keeps what stands in a field as a phrase of whoever is signed in, and puts it
// beside the field at once. Without it phrases are kept on their own page.
"use strict";
(() => {
  const shown = () => { for (const b of document.querySelectorAll("[data-keep-phrase]")) b.hidden = false; };
  shown();
  document.addEventListener("page:new", shown);
  document.addEventListener("click", async e => {
    const b = e.target.closest("[data-keep-phrase]");
    if (!b) return;
    const box = document.getElementById(b.dataset.keepPhrase), says = b.parentElement.querySelector("[data-phrase-says]");
    const text = box.value.trim();
    if (!text) { box.focus(); return; }
    b.disabled = true;
    try {
      const answer = await fetch("/work/me/phrases", {method: "POST", body: new URLSearchParams({kind: b.dataset.kind, text}), headers: {"X-Keep": "1"}});
      if (answer.redirected) { location.reload(); return; }
      says.textContent = await answer.text();
      const list = document.getElementById(b.dataset.keepPhrase + "-phrases");
      if (answer.ok && ![...list.querySelectorAll("button")].some(one => one.textContent === text)) {
        const item = document.createElement("li"), one = document.createElement("button");
        one.type = "button"; one.className = "own"; one.dataset.phrase = box.id; one.textContent = text;
        item.append(one); list.append(item);
      }
    } catch { says.textContent = b.dataset.lost; }
    b.disabled = false;
  });
})();
