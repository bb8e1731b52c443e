// foreign lists what a reader of the page's language can't read: on a Chinese
// page three Latin words in a row, on another one Chinese signs. Codes, keys and
// what is marked with a language of its own are nobody's prose; what was typed
// into a field is whoever typed it's. What is folded
// away or waits in a dialog counts too: somebody will open it.
function foreign() {
	const chinese = document.documentElement.lang.startsWith("zh");
	const other = chinese ? /[A-Za-z][A-Za-z'’]*(?:[,;:.)”"]*\s+[(“"]?[A-Za-z][A-Za-z'’]*){2,}/ : /[\u3001-\u303f\u4e00-\u9fff\uff01-\uffee]+/;
	const found = new Set();
	const marked = e => {
		const lang = e.closest("[lang]")?.lang ?? "";
		return e.closest("script, style, template, textarea, code, .code, kbd, samp, pre") !== null || (lang !== document.documentElement.lang && lang.startsWith("zh") !== chinese);
	};
	const judge = (e, text, where) => {
		const hit = text.match(other);
		if (hit && !marked(e)) found.add((chinese ? "not Chinese: “" : "Chinese: “") + hit[0].replace(/\s+/g, " ").slice(0, 120) + "” in " + where + " of " + path(e));
	};
	const path = e => {
		const names = [];
		for (let at = e; at && at !== document.body && names.length < 3; at = at.parentElement) names.unshift(at.localName + (at.id ? "#" + at.id : at.className && typeof at.className === "string" ? "." + at.className.split(" ")[0] : ""));
		return names.join(" ");
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) judge(texts.currentNode.parentElement, texts.currentNode.data, "the text");
	for (const name of ["aria-label", "title", "placeholder", "alt"]) {
		for (const e of document.body.querySelectorAll("[" + name + "]")) judge(e, e.getAttribute(name), name);
	}
	return [...found];
}
