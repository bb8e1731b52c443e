// Photographs of papers: each is drawn anew before it is sent, upright and no
// larger than can be read, so that a bad line carries it and nothing comes along
// but what is seen. Where the node keeps no half-filled form, the pages of a
// paper are put in order here. Without it a file is sent as it is.
"use strict";
(() => {
  const edge = 2000, quality = .8, most = 20;
  const $ = (what, in_ = document) => in_.querySelector(what);
  const size = n => n < 1 << 20 ? Math.ceil(n / 1024) + " kB" : (n / (1 << 20)).toFixed(1) + " MB";

  // shrink draws a picture anew; what no browser opens goes as it is.
  const shrink = async file => {
    if (!/^image\/(jpeg|png|webp|hei[cf])/.test(file.type) || file.type === "image/png" && file.size < 1 << 20) return file;
    let picture;
    try { picture = await createImageBitmap(file, {imageOrientation: "from-image"}); } catch { return file; }
    const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg", quality));
    return blob ? new File([blob], "photo.jpg", {type: "image/jpeg"}) : file;
  };
  const put = (box, files) => { const all = new DataTransfer(); files.forEach(f => all.items.add(f)); box.files = all.files; };

  // --- how large it was and is; a part of the page that comes says it again ---
  const said = new Map();
  const tell = (box, text) => { if (text !== undefined) said.set(box.id, text); const mark = document.getElementById(box.id + "-said"); if (mark) mark.textContent = said.get(box.id) ?? ""; };
  document.addEventListener("htmx:afterSettle", () => { for (const id of said.keys()) tell({id}); });

  // --- pages in order, where the browser holds them until the form is sent ---
  const held = new WeakMap();
  const button = (text, name, act) => { const b = document.createElement("button"); b.type = "button"; b.className = "bare"; b.textContent = text; b.setAttribute("aria-label", name); b.addEventListener("click", act); return b; };
  const list = box => {
    const pages = held.get(box) ?? [], words = box.dataset;
    put(box, pages.map(p => p.file));
    let ol = document.getElementById(box.id + "-pages");
    if (!ol) { ol = document.createElement("ol"); ol.id = box.id + "-pages"; ol.className = "shots"; ol.setAttribute("aria-label", words.pages); box.after(ol); }
    ol.replaceChildren(...pages.map((p, i) => {
      const li = document.createElement("li"), n = words.page.replace("#", i + 1);
      if (p.file.type.startsWith("image/")) { const img = document.createElement("img"); img.src = p.url; img.alt = n; li.append(img); } else li.append(p.file.type === "application/pdf" ? "PDF" : p.file.type);
      const tools = document.createElement("span");
      tools.append(String(i + 1));
      if (i) tools.append(button("↑", words.forward + " " + n, () => { pages.splice(i - 1, 0, ...pages.splice(i, 1)); list(box); }));
      tools.append(button("✕", words.remove + " " + n, () => { URL.revokeObjectURL(p.url); pages.splice(i, 1); list(box); box.focus(); }));
      li.append(tools);
      return li;
    }));
  };
  const add = (box, files) => {
    const pages = held.get(box) ?? [];
    held.set(box, pages);
    const left = Math.max(0, most - pages.length);
    files.slice(0, left).forEach(file => pages.push({file, url: URL.createObjectURL(file)}));
    list(box);
    return files.length <= left;
  };

  // --- a file is chosen, or the camera took one ---
  let working = 0;
  document.addEventListener("change", async e => {
    const box = e.target;
    if (!box.matches?.("input[type=file][data-shrink]") || box.dataset.ready || !box.files.length) return;
    e.stopImmediatePropagation();
    const into = box.dataset.into ? document.getElementById(box.dataset.into) : box; // a camera's pages go to the paper's
    const before = [...box.files];
    working++;
    tell(into, into.dataset.shrinking);
    const after = [];
    for (const file of before) after.push(await shrink(file)); // one by one: a telephone has little memory
    working--;
    const sum = all => all.reduce((n, f) => n + f.size, 0);
    let text = size(sum(before)) === size(sum(after)) ? size(sum(after)) : size(sum(before)) + " → " + size(sum(after));
    if (into.hasAttribute("data-pages")) {
      if (into !== box) put(box, []);
      if (!add(into, after)) text += " · " + into.dataset.many;
      tell(into, text);
      return;
    }
    put(box, after);
    tell(into, text);
    box.dataset.ready = "1";
    box.dispatchEvent(new Event("change", {bubbles: true}));
    delete box.dataset.ready;
  }, true);
  // A form that is sent while a picture is still being drawn waits for it.
  document.addEventListener("submit", e => {
    if (!working) return;
    e.preventDefault(); e.stopImmediatePropagation();
    const form = e.target, by = e.submitter, wait = setInterval(() => { if (!working) { clearInterval(wait); form.requestSubmit(by || undefined); } }, 50);
  }, true);

  // --- the camera beside the field, where the page brings none ---
  const dress = in_ => in_.querySelectorAll("input[type=file][data-pages]").forEach(box => {
    if (box.dataset.dressed || !box.dataset.photo) return;
    box.dataset.dressed = "1";
    const shot = document.createElement("input"), name = document.createElement("label");
    Object.assign(shot, {type: "file", accept: "image/*", id: box.id + "-photo", className: "unseen"});
    shot.setAttribute("capture", "environment");
    shot.dataset.shrink = ""; shot.dataset.into = box.id;
    name.htmlFor = shot.id; name.className = "button photo"; name.textContent = box.dataset.photo;
    const what = box.labels[0]?.textContent.trim() || box.getAttribute("aria-label");
    if (what) { const more = document.createElement("span"); more.className = "unseen"; more.textContent = " " + what; if (box.lang) more.lang = box.lang; name.append(more); }
    const said = document.createElement("small");
    said.id = box.id + "-said"; said.className = "line2"; said.setAttribute("role", "status");
    box.before(name, shot);
    box.after(said);
  });
  addEventListener("DOMContentLoaded", () => dress(document));
  document.addEventListener("page:new", () => dress(document));
})();
