// What a page can do better where scripts run. Everything works without this file.
"use strict";
(() => {
  // The clock of a quiz counts down; the server alone decides.
  const clock = document.querySelector("[data-due]");
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
    if (form.dataset.sent) { e.preventDefault(); return; }
    if (!form.hasAttribute("data-hx-post")) form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
  // Answering one kind of question in a form that asks for either a person or a team chooses that kind.
  document.querySelectorAll("[data-chooses]").forEach((s) => s.addEventListener("change", () => {
    document.getElementById(s.dataset.chooses).checked = true;
  }));
})();
