// What a page can do better where scripts run. Everything works without this file.
"use strict";
(() => {
  // On a narrow screen the rows of places are longer than it: where one is comes into view.
  document.querySelectorAll(".nav [aria-current]").forEach((a) => {
    const row = a.closest("ul");
    const end = a.offsetLeft - row.offsetLeft + a.offsetWidth;
    if (end > row.clientWidth) row.scrollLeft = end - row.clientWidth / 2;
  });
  // The clock of a rehearsal counts down; the server alone decides.
  const clock = document.querySelector(".clock[data-due]");
  if (clock) {
    const due = Number(clock.dataset.due), until = clock.textContent;
    const tick = () => {
      const left = Math.max(0, Math.round((due - Date.now()) / 1000));
      clock.textContent = until + " · " + Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      clock.classList.toggle("clock-late", left < 120);
    };
    tick();
    setInterval(tick, 1000);
  }
  // A form is sent once, however often its button is pressed; coming back by the back button arms it again.
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.hasAttribute("data-hx-post")) return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
  // Answering one kind of question in a form that asks for either a person or a team chooses that kind.
  document.querySelectorAll("[data-chooses]").forEach((s) => s.addEventListener("change", () => {
    document.getElementById(s.dataset.chooses).checked = true;
  }));
  // What is shown in a field can be copied by a button.
  document.querySelectorAll("[data-copies]").forEach((b) => {
    if (!navigator.clipboard) return;
    b.hidden = false;
    b.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(b.dataset.copies).value)
      .then(() => { b.textContent = b.dataset.copied; }, () => document.getElementById(b.dataset.copies).select()));
  });
  // Numbers of a group that must come to a sum show it while they are typed.
  document.querySelectorAll("[data-sums]").forEach((g) => g.addEventListener("input", () => {
    const out = document.getElementById(g.dataset.sums);
    const sum = [...g.querySelectorAll("input")].reduce((n, i) => n + Math.round(Number(i.value) * 100), 0);
    out.textContent = sum / 100 + "%";
    out.classList.toggle("appr-late", sum !== 10000);
  }));
  // What is to be kept on paper can be printed by a button.
  document.querySelectorAll("[data-prints]").forEach((b) => { b.hidden = false; b.addEventListener("click", () => print()); });
  // A conversation is read from its end, and answered by a digit.
  const talk = document.querySelector("[data-scroll-end]");
  if (talk) talk.scrollTop = talk.scrollHeight;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    const b = document.querySelector('[data-key="' + CSS.escape(e.key) + '"]');
    if (b) { e.preventDefault(); b.focus(); b.click(); }
  });
})();
