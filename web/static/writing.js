// The writing desk: the preview follows what is typed, a message leads to its line. Everything works without this file.
"use strict";
(() => {
  const form = document.querySelector("form[data-writing]");
  if (!form) return;
  const source = form.elements.source, pane = document.getElementById("preview");
  const status = document.querySelector("[data-writing-status]"), at = document.querySelector("[data-writing-line]");
  const saved = source.value;
  let waiting, running, leaving = false;
  form.querySelector("[data-writing-preview]").hidden = true; // it follows by itself
  const aloud = document.querySelector("[data-writing-said]"); // read out only when it is something else than before
  const said = () => {
    status.textContent = pane.querySelector("[data-took]")?.dataset.took || "";
    const words = pane.querySelector(".write-clean, .write-count")?.textContent || "";
    if (aloud.textContent !== words) aloud.textContent = words;
  };

  // The preview is asked for once the typing rests; what is asked meanwhile takes its place.
  const preview = () => {
    running?.abort();
    running = new AbortController();
    pane.classList.add("write-stale");
    const data = new URLSearchParams(new FormData(form));
    fetch(form.dataset.writing, { method: "POST", body: data, headers: { "X-Fragment": "1" }, signal: running.signal })
      .then((r) => r.text().then((text) => ({ ok: r.ok, text })))
      .then(({ ok, text }) => {
        if (ok) {
          const top = pane.scrollTop;
          pane.innerHTML = text;
          pane.scrollTop = top;
          said();
        }
        pane.classList.remove("write-stale");
      }, (e) => { if (e.name !== "AbortError") pane.classList.remove("write-stale"); });
  };
  source.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(preview, 400); });

  // Where one is: the number of the line, and the lesson and heading that one writes come into view.
  const lines = (text) => text.split("\n").length;
  const place = () => {
    const before = source.value.slice(0, source.selectionStart);
    at.textContent = at.dataset.writingLine.replace("{n}", lines(before));
    const n = (before.match(/^#{1,3} /gm) || []).length;
    const heads = pane.querySelectorAll(".write-drawn .prose > :is(h2, h3)");
    if (n > 0 && heads[n - 1] && n !== place.last) {
      place.last = n;
      pane.scrollTop += heads[n - 1].getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.querySelector(".write-said").offsetHeight - 12;
    }
  };
  ["keyup", "click"].forEach((e) => source.addEventListener(e, place));

  // A line of the source is as high as it wraps: a copy of what stands above it says where it is.
  const goTo = (n) => {
    const all = source.value.split("\n"), start = all.slice(0, n - 1).reduce((sum, l) => sum + l.length + 1, 0);
    const copy = document.createElement("div"), style = getComputedStyle(source);
    for (const k of ["font", "lineHeight", "letterSpacing", "wordSpacing", "overflowWrap", "lineBreak", "tabSize", "paddingInlineStart", "paddingInlineEnd"]) copy.style[k] = style[k];
    Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", boxSizing: "border-box", width: source.clientWidth + "px" });
    copy.textContent = source.value.slice(0, start) + "​";
    document.body.append(copy);
    const top = copy.offsetHeight;
    copy.remove();
    source.focus({ preventScroll: true });
    source.setSelectionRange(start, start + (all[n - 1] || "").length);
    source.scrollTop = Math.max(0, top - source.clientHeight / 3);
    source.scrollIntoView({ block: "nearest" });
    at.textContent = at.dataset.writingLine.replace("{n}", n);
  };
  pane.addEventListener("click", (e) => {
    const a = e.target.closest("a[data-line]");
    if (a) { e.preventDefault(); goTo(Number(a.dataset.line)); }
  });

  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s") {
      const save = form.querySelector("[data-writing-save]");
      if (save) { e.preventDefault(); form.requestSubmit(save); }
    }
  });
  form.addEventListener("submit", (e) => {
    if (e.submitter?.hasAttribute("data-takes")) setTimeout(() => { // the page stays: the form goes again, as another
      delete form.dataset.sent;
      form.elements.request.value = crypto.randomUUID?.() || Date.now() + "-" + Math.random().toString(36).slice(2);
    }, 500);
    else {
      leaving = true;
      sessionStorage.setItem(location.pathname, [source.selectionStart, source.scrollTop, pane.scrollTop].join(" "));
    }
  });
  addEventListener("beforeunload", (e) => { if (!leaving && source.value !== saved) e.preventDefault(); });
  said();

  // After a save one goes on where one was.
  const last = sessionStorage.getItem(location.pathname);
  if (last) {
    sessionStorage.removeItem(location.pathname);
    const [start, top, paneTop] = last.split(" ").map(Number);
    source.focus({ preventScroll: true });
    source.setSelectionRange(start, start);
    source.scrollTop = top;
    pane.scrollTop = paneTop;
    at.textContent = at.dataset.writingLine.replace("{n}", lines(source.value.slice(0, start)));
  }
})();
