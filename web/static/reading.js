// What a lesson can do better where scripts run: it shows where one is in the table of contents, and tells the server, quietly,
// so that one can go on there from another device. Everything works without this file.
"use strict";
(() => {
  // On paper, every page says which text it is.
  const line = document.querySelector(".on-paper");
  if (line) document.documentElement.style.setProperty("--paper-line", JSON.stringify(document.querySelector("h1").textContent.trim() + " · " + line.textContent.trim()));

  const page = document.querySelector("[data-reading]");
  if (!page) return;
  const headings = [...page.querySelectorAll("article h2[id], article h3[id]")];
  const links = [...page.querySelectorAll(".toc a, .toc-phone a")];
  const of = (id) => links.filter((a) => decodeURIComponent(a.hash.slice(1)) === id);
  const edge = () => innerHeight * 0.3; // what stands above it has been passed

  // at gives the number of the heading that was passed last, from 1, and how far it is to the next, in thousandths.
  function at() {
    let n = 0;
    while (n < headings.length && headings[n].getBoundingClientRect().top <= edge()) n++;
    if (n === 0) return { n, part: 0 };
    const from = headings[n - 1].getBoundingClientRect().top;
    const foot = page.querySelector(".lesson-foot") || page;
    const to = n < headings.length ? headings[n].getBoundingClientRect().top : foot.getBoundingClientRect().top;
    return { n, part: Math.max(0, Math.min(1000, Math.round(((edge() - from) / Math.max(1, to - from)) * 1000))) };
  }

  let shown = -1;
  function show({ n }) {
    if (n === shown) return;
    shown = n;
    headings.forEach((h, i) => of(h.id).forEach((a) => {
      a.classList.toggle("toc-past", i + 1 < n);
      if (i + 1 === n) a.setAttribute("aria-current", "location");
      else a.removeAttribute("aria-current");
    }));
    // Headings of the third level are not in the list beside the text: the section they are in is marked.
    const h = headings[n - 1];
    if (h && h.tagName === "H3") {
      const section = headings.slice(0, n).reverse().find((x) => x.tagName === "H2");
      if (section) of(section.id).forEach((a) => { a.classList.remove("toc-past"); a.setAttribute("aria-current", "location"); });
    }
  }

  // The place is sent when one has stayed for a moment, and when the page is left, if it is another than the last.
  const { place, csrf } = page.dataset;
  let last = "", timer = 0, leaving = false, moved = false;
  function send(x) {
    if (!place || leaving || !moved) return;
    const anchor = x.n ? headings[x.n - 1].id : "", now = anchor + " " + x.part;
    if (now === last) return;
    last = now;
    fetch(place, { method: "POST", keepalive: true, redirect: "manual", body: new URLSearchParams({ csrf, anchor, part: x.part }) }).catch(() => { last = ""; });
  }
  addEventListener("scroll", () => {
    moved = true;
    show(at());
    clearTimeout(timer);
    timer = setTimeout(() => send(at()), 1500);
  }, { passive: true });
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") send(at()); });
  document.querySelectorAll(".lesson-foot form").forEach((f) => f.addEventListener("submit", () => { leaving = true; })); // finished: there is no place to go on
  show(at());

  // Going on goes to the very spot, not only to its heading.
  document.querySelectorAll("[data-resume]").forEach((a) => a.addEventListener("click", (e) => {
    const i = headings.findIndex((h) => h.id === decodeURIComponent(a.hash.slice(1)));
    if (i < 0) return;
    e.preventDefault();
    history.replaceState(null, "", a.hash);
    const from = headings[i].getBoundingClientRect().top;
    const to = i + 1 < headings.length ? headings[i + 1].getBoundingClientRect().top : page.querySelector(".lesson-foot").getBoundingClientRect().top;
    scrollBy(0, from + ((to - from) * Number(a.dataset.resume)) / 1000 - edge());
    headings[i].tabIndex = -1;
    headings[i].focus({ preventScroll: true });
  }));
})();
