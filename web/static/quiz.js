// Questions, while they are answered. Everything works by the buttons without this file. With it an answer is kept
// as soon as it is given: first in a journal on this device, then on the server, again and again until the server
// has acknowledged it. The server alone decides what counts.
"use strict";
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const put = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);
  document.documentElement.classList.add("js");

  // ── Controls ──────────────────────────────────────────────────────────────────────────────────────────────
  const named = (ask, begin) => all('[name^="' + CSS.escape(ask.dataset.prefix + begin) + '"]', ask);
  const ending = (ask, input, begin) => input.name.slice((ask.dataset.prefix + begin).length);

  // read gives the response of a question's controls; null for an order that is not complete.
  function read(ask) {
    const pairs = (begin) => named(ask, begin).filter((s) => s.value.trim()).map((s) => ending(ask, s, begin) + "=" + s.value.trim());
    switch (ask.dataset.type) {
      case "matching": return pairs("pair.");
      case "cloze": return pairs("gap.");
      case "ordering": {
        const out = [], selects = named(ask, "place.");
        selects.forEach((s) => { if (s.value) out[Number(s.value) - 1] = ending(ask, s, "place."); });
        const n = out.filter(Boolean).length;
        return n === 0 ? [] : n === selects.length ? out : null;
      }
      case "numeric": case "calculated": case "text": case "open": {
        const text = named(ask, "typed")[0].value.trim();
        return text ? [text] : [];
      }
      default: return named(ask, "choice").filter((i) => i.checked).map((i) => i.value);
    }
  }

  // fill is its inverse.
  function fill(ask, value) {
    const given = Object.fromEntries(value.map((v) => { const i = v.indexOf("="); return [v.slice(0, i), v.slice(i + 1)]; }));
    switch (ask.dataset.type) {
      case "matching": named(ask, "pair.").forEach((s) => { s.value = given[ending(ask, s, "pair.")] || ""; }); break;
      case "cloze": named(ask, "gap.").forEach((s) => { s.value = given[ending(ask, s, "gap.")] || ""; }); break;
      case "ordering": {
        const list = ask.querySelector("[data-steps]");
        value.forEach((id) => list.append(list.querySelector('[data-step="' + CSS.escape(id) + '"]')));
        if (value.length) number(list);
        break;
      }
      case "numeric": case "calculated": case "text": case "open": {
        const input = named(ask, "typed")[0];
        input.value = value[0] || "";
        count(input);
        break;
      }
      default: named(ask, "choice").forEach((i) => { i.checked = value.includes(i.value); });
    }
  }

  // number gives the steps of an order the places in which they stand.
  function number(list) {
    list.dataset.placed = "1";
    all("[data-step]", list).forEach((step, i, steps) => {
      step.querySelector("select").value = String(i + 1);
      const n = step.querySelector(".seq-number");
      if (!n) return;
      n.textContent = String(i + 1);
      step.querySelector(".seq-up").disabled = i === 0;
      step.querySelector(".seq-down").disabled = i === steps.length - 1;
    });
  }

  const arrow = (d) => '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path d="' + d + '"></path></svg>';

  // orderly makes an order movable: by buttons, which say where a step has come to, and by dragging.
  function orderly(list) {
    const said = list.parentElement.querySelector("[data-steps-said]");
    const placed = list.dataset.placed;
    const changed = (step) => {
      number(list);
      const steps = all("[data-step]", list);
      said.textContent = put(list.dataset.moved, {step: step.querySelector(".seq-text").textContent, place: steps.indexOf(step) + 1, count: steps.length});
      step.querySelector("select").dispatchEvent(new Event("change", {bubbles: true}));
    };
    all("[data-step]", list).forEach((step) => {
      const text = step.querySelector(".seq-text").textContent, place = step.querySelector(".seq-place");
      place.querySelector("select").hidden = true;
      place.querySelector("label").hidden = true;
      const n = document.createElement("span");
      n.className = "seq-number";
      place.append(n);
      const moves = document.createElement("span");
      moves.className = "seq-moves";
      for (const [kind, d, label] of [["up", "M5 12l5-5 5 5", list.dataset.up], ["down", "M5 8l5 5 5-5", list.dataset.down]]) {
        const b = document.createElement("button");
        b.type = "button";
        b.className = "seq-move seq-" + kind;
        b.innerHTML = arrow(d);
        b.setAttribute("aria-label", put(label, {step: text}));
        b.addEventListener("click", () => {
          const other = kind === "up" ? step.previousElementSibling : step.nextElementSibling;
          if (!other) return;
          if (kind === "up") other.before(step); else other.after(step);
          changed(step);
          (b.disabled ? moves.querySelector("button:not(:disabled)") : b).focus();
        });
        moves.append(b);
      }
      step.append(moves);
      drag(list, step, () => changed(step));
    });
    number(list);
    if (!placed) { // as it stands it is not an answer yet
      delete list.dataset.placed;
      all("select", list).forEach((s) => { s.value = ""; });
    }
  }

  // drag lets a pointer take a step to another place.
  function drag(list, step, done) {
    let from = null;
    step.addEventListener("pointerdown", (e) => {
      if (e.button !== 0 || e.target.closest("button") || list.closest("fieldset:disabled")) return;
      if (e.pointerType !== "mouse" && !e.target.closest(".seq-place")) return; // a finger elsewhere scrolls the page
      from = {y: e.clientY, before: step.nextElementSibling, moved: false};
      step.setPointerCapture(e.pointerId);
    });
    step.addEventListener("pointermove", (e) => {
      if (!from || Math.abs(e.clientY - from.y) < 6 && !from.moved) return;
      from.moved = true;
      step.classList.add("seq-dragged");
      for (const other of all("[data-step]", list)) {
        const box = other.getBoundingClientRect(), middle = box.top + box.height / 2;
        if (other === step || e.clientY < box.top || e.clientY > box.bottom) continue;
        if (e.clientY < middle && other.compareDocumentPosition(step) & 4) other.before(step);
        if (e.clientY > middle && other.compareDocumentPosition(step) & 2) other.after(step);
      }
    });
    const end = (e) => {
      if (!from) return;
      const {before, moved} = from;
      from = null;
      step.classList.remove("seq-dragged");
      if (e.type === "pointercancel" && moved) list.insertBefore(step, before);
      else if (moved && step.nextElementSibling !== before) done();
    };
    step.addEventListener("pointerup", end);
    step.addEventListener("pointercancel", end);
  }

  // count says how many characters may still be written.
  function count(input) {
    const hint = input.parentElement.querySelector("[data-counter]");
    if (hint && input.value) hint.textContent = put(hint.dataset.counter, {n: Number(hint.dataset.longest) - input.value.length});
  }

  function enhance(root) {
    all("[data-steps]:not([data-ready])", root).forEach((list) => { list.dataset.ready = "1"; orderly(list); });
    all("textarea", root).forEach(count);
  }
  enhance(document);
  document.addEventListener("htmx:after:swap", () => enhance(document));
  document.addEventListener("input", (e) => { if (e.target.tagName === "TEXTAREA") count(e.target); });

  // ── The attempt ───────────────────────────────────────────────────────────────────────────────────────────
  const sitting = document.querySelector("[data-attempt]");
  if (!sitting) return;
  const d = sitting.dataset, key = "tongguan:" + d.person + ":" + d.attempt;
  const say = (name, values = {}) => put(sitting.getAttribute("data-say-" + name), values);
  let spare = null; // the journal where the browser keeps none

  const load = () => {
    try {
      const kept = localStorage.getItem(key);
      if (kept) return JSON.parse(kept);
    } catch { /* refused */ }
    return spare || {seq: 0, waits: {}, away: []};
  };
  const store = (j) => {
    const empty = !Object.keys(j.waits).length && !j.away.length;
    spare = empty ? null : j;
    try {
      if (empty) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(j));
      spare = null;
    } catch { /* refused, or full: it is kept as long as the page is open */ }
  };
  if ("closed" in d) {
    try { localStorage.removeItem(key); } catch { /* there is none */ }
    return;
  }

  // The moment on the server. What the device believes does not matter; where it slept, the server is asked again.
  let began = {server: Number(d.now), steady: performance.now(), device: Date.now()};
  const now = () => Math.floor(began.server + performance.now() - began.steady);

  const asks = () => all("[data-ask]", sitting);
  const askOf = (question) => sitting.querySelector('[data-ask="' + CSS.escape(question) + '"]');
  const sureness = (question) => all('[data-certainty="' + CSS.escape(question) + '"] input', sitting);
  const certainty = (question) => { const i = sureness(question).find((x) => x.checked); return i ? Number(i.value) : 0; };
  const known = new Map(); // question -> what its controls last said
  const latest = new Map(); // question -> number of the answer that its controls show
  const stand = (ask) => JSON.stringify([read(ask), certainty(ask.dataset.ask)]);
  const remember = (ask) => known.set(ask.dataset.ask, stand(ask));
  const waiting = () => Object.keys(load().waits).length;
  let seq = Number(d.seq), state = "", over = false;

  // ── What is said ──────────────────────────────────────────────────────────────────────────────────────────
  const box = sitting.querySelector("[data-unsaved]"), alarm = sitting.querySelector("[data-alarm]");
  const loud = {offline: "unsaved", signedout: "signedout", other: "other", stuck: "stuck"};
  let alarmed = "", calm = "";

  function show() {
    const n = waiting(), kind = state === "offline" && over ? "stuck" : state, name = loud[kind];
    const text = name && (n || over) ? say(name, {n}) : calm && say(calm, {n: calm === "restored" ? restored : n});
    box.hidden = !text;
    box.classList.toggle("unsaved-loud", Boolean(name));
    if (text && box.dataset.text !== text) {
      box.dataset.text = text;
      box.replaceChildren(Object.assign(document.createElement("p"), {textContent: text}));
      if (kind === "signedout" || kind === "other") {
        box.append(Object.assign(document.createElement("a"), {href: "/signin?back=" + encodeURIComponent(location.pathname + location.search), target: "_blank", className: "button tiny", textContent: say("signin")}));
      } else if (name) {
        const again = Object.assign(document.createElement("button"), {type: "button", className: "tiny", textContent: say("again")});
        again.addEventListener("click", () => flush());
        box.append(again);
      }
    }
    if (!text) delete box.dataset.text;
    if (name && n && alarmed !== kind) { alarmed = kind; alarm.textContent = text; } // once for each kind of trouble
    if (!name) { alarmed = ""; alarm.textContent = ""; }
  }

  const lineOf = (question) => sitting.querySelector('[data-saved="' + CSS.escape(question) + '"]');
  function line(question, text) {
    const one = lineOf(question);
    if (one) one.textContent = text;
  }

  function problem(question, text) {
    const ask = askOf(question);
    if (!ask) return;
    const p = ask.querySelector(".ask-problem"), input = named(ask, "typed")[0];
    p.textContent = text;
    p.hidden = !text;
    if (!input) return;
    if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  }

  // legible says whether a typed number can be read as one.
  function legible(ask) {
    if (ask.dataset.type !== "numeric" && ask.dataset.type !== "calculated") return true;
    const input = named(ask, "typed")[0], units = (input.dataset.units || "").split("|").filter(Boolean).sort((a, b) => b.length - a.length);
    let text = input.value.normalize("NFKC").toLowerCase().replace(/\s/g, "").replace(/[−–—]/g, "-"), unit = !units.length || "bare" in input.dataset;
    if (!text) return true;
    for (const u of units.map((x) => x.normalize("NFKC").toLowerCase().replace(/\s/g, ""))) {
      if (text.endsWith(u)) { text = text.slice(0, -u.length); unit = true; break; }
      if (text.startsWith(u)) { text = text.slice(u.length); unit = true; break; }
    }
    return unit && /^[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?%?$/.test(text) && /\d/.test(text);
  }

  function dot(question, answered) {
    const one = sitting.querySelector('[data-dot="' + CSS.escape(question) + '"]');
    if (!one) return;
    one.classList.toggle("dot-answered", answered);
    one.querySelector("[data-dot-state]").textContent = say(answered ? "answered" : "unanswered");
    const done = all(".dot-answered", sitting).length, of = all("[data-dot]", sitting).length;
    all('button[value="overview"]', sitting).forEach((b) => { b.textContent = put(say("overview"), {answered: done, count: of}); });
  }

  // ── Keeping answers ───────────────────────────────────────────────────────────────────────────────────────
  let timer = 0, flying = null, failures = 0, then = null, restored = 0;

  // note puts an answer that has changed into the journal.
  function note(ask, wait) {
    const question = ask.dataset.ask, value = read(ask);
    if (over || value === null || stand(ask) === known.get(question)) return;
    remember(ask);
    const j = load();
    seq = Math.max(seq, j.seq) + 1;
    j.seq = seq;
    j.waits[question] = {seq, value, certainty: certainty(question), at: now()};
    latest.set(question, seq);
    store(j);
    dot(question, value.length > 0);
    calm = "";
    line(question, loud[state] ? "" : say("saving"));
    show();
    later(failures ? Math.min(15000, 1000 * 2 ** failures) : wait);
  }
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(flush, ms); };
  const noteAll = () => asks().forEach((ask) => note(ask, 0));

  // flush sends what waits; it gives true when nothing waits any more.
  function flush(withAway) {
    clearTimeout(timer);
    if (!flying) flying = send(withAway).finally(() => { flying = null; });
    return flying;
  }

  async function send(withAway) {
    for (let round = 0; round < 20; round++) {
      const j = load(), waits = Object.entries(j.waits).slice(0, 50), away = j.away.slice(0, 50);
      if (!waits.length && !(withAway && away.length)) { settled(); return true; }
      const saves = waits.map(([question, w]) => ({seq: w.seq, question, value: w.value, certainty: w.certainty}));
      let status = 0, body = null;
      try {
        const r = await fetch(d.base + "/save", {method: "POST", headers: {"Content-Type": "application/json"}, signal: AbortSignal.timeout(10000),
          body: JSON.stringify({csrf: csrf(), saves, away})});
        status = r.status;
        body = await r.json();
      } catch { if (status === 200) status = 0; } // half an answer is none
      if (status === 200 && body.results) { failures = 0; state = ""; if (settle(body.results, away)) return false; continue; }
      if (status === 403 && round < 3 && await renew()) continue;
      trouble(status);
      return false;
    }
    return false;
  }

  const csrf = () => (sitting.querySelector("input[name=csrf]") || document.querySelector("input[name=csrf]")).value;

  function settled() {
    state = "";
    if (calm === "waits" || calm === "restored") calm = "";
    show();
    if (then && !over) { const go = then; then = null; go(); }
  }

  function trouble(status) {
    failures++;
    if (state !== "other") state = status === 401 || status === 403 ? "signedout" : status === 404 ? "other" : "offline";
    if (status === 401) state = "signedout";
    Object.keys(load().waits).forEach((q) => line(q, ""));
    show();
    later(Math.min(15000, 500 * 2 ** failures));
  }

  // settle takes the server's word for every answer. It gives true where the attempt is closed.
  function settle(results, away) {
    const j = load();
    let late = 0;
    for (const r of results) {
      const w = j.waits[r.question], mine = w && w.seq === r.seq;
      seq = Math.max(seq, r.stored || 0);
      if (r.status === "saved") line(r.question, say("saved", {time: r.time}));
      if (!mine) continue;
      if (r.status === "stale" && !w.again && w.at > r.at) { // counted wrongly here, but given later: it is the answer
        j.seq = seq = Math.max(seq, j.seq) + 1;
        j.waits[r.question] = {...w, seq, again: true};
        continue;
      }
      delete j.waits[r.question];
      if (r.status === "closed") late++;
      if (r.status === "invalid") { problem(r.question, r.message); line(r.question, ""); }
      if (r.status === "stale") adopt(r);
    }
    j.away = j.away.filter((a) => !away.some((b) => a.from === b.from && a.to === b.to));
    store(j);
    if (late) location.assign(d.base + "/review?late=" + late);
    return late > 0;
  }

  // adopt shows the later answer that was given elsewhere.
  function adopt(r) {
    const ask = askOf(r.question);
    if (!ask || !r.value) return;
    if (JSON.stringify(read(ask)) !== JSON.stringify(r.value)) calm = "newer";
    fill(ask, r.value);
    remember(ask);
    dot(r.question, r.value.length > 0);
    line(r.question, say("saved", {time: r.time}));
  }

  // renew fetches the page again for what a new sign-in changes: the token of its forms; and the server's time.
  async function renew() {
    try {
      const sent = performance.now(), r = await fetch(d.base, {signal: AbortSignal.timeout(10000)});
      if (r.status === 404) { state = "other"; return false; }
      const page = new DOMParser().parseFromString(await r.text(), "text/html"), found = page.querySelector("[data-attempt]");
      if (!found || found.dataset.attempt !== d.attempt || found.dataset.person !== d.person) return false;
      if ("closed" in found.dataset) {
        location.assign(d.base + "/review" + (waiting() ? "?late=" + waiting() : ""));
        return false;
      }
      if (found.dataset.now) began = {server: Number(found.dataset.now), steady: (sent + performance.now()) / 2, device: Date.now()};
      const token = page.querySelector("input[name=csrf]");
      if (token) all("input[name=csrf]").forEach((i) => { i.value = token.value; });
      return Boolean(token);
    } catch { return false; }
  }

  // restore puts answers that were not saved into their controls.
  function restore(root) {
    const waits = load().waits;
    all("[data-ask]", root).forEach((ask) => {
      const w = waits[ask.dataset.ask];
      if (w) {
        fill(ask, w.value);
        sureness(ask.dataset.ask).forEach((i) => { i.checked = Number(i.value) === w.certainty; });
      }
      remember(ask);
    });
    Object.entries(waits).forEach(([question, w]) => dot(question, w.value.length > 0));
  }

  sitting.addEventListener("input", (e) => {
    const ask = e.target.closest("[data-ask]");
    if (ask && /^(text|textarea)$/.test(e.target.type)) { problem(ask.dataset.ask, ""); note(ask, 600); }
  });
  sitting.addEventListener("change", (e) => {
    const sure = e.target.closest("[data-certainty]"), ask = sure ? askOf(sure.dataset.certainty) : e.target.closest("[data-ask]");
    if (!ask) return;
    note(ask, 0);
    problem(ask.dataset.ask, legible(ask) ? "" : say("number"));
    if (waiting() && !failures) later(0);
  });

  // Another tab of the same attempt: its answers are shown here too, and sent from here when that tab is gone. What it wrote is in the
  // event; by the time that this is read the answer may be saved already, and stand in the journal no more.
  const written = (e) => {
    try { return e.newValue ? JSON.parse(e.newValue) : {seq: 0, waits: {}}; } catch { return {seq: 0, waits: {}}; }
  };
  addEventListener("storage", (e) => {
    if (e.key !== key) return;
    const j = load(), theirs = written(e);
    seq = Math.max(seq, j.seq, theirs.seq);
    for (const [question, w] of Object.entries({...theirs.waits, ...j.waits})) {
      const ask = askOf(question), mine = ask && known.get(question), other = JSON.stringify([w.value, w.certainty]);
      if (!ask || mine === other || w.seq < (latest.get(question) || 0)) continue; // an older one that comes late
      latest.set(question, w.seq);
      fill(ask, w.value);
      sureness(question).forEach((i) => { i.checked = Number(i.value) === w.certainty; });
      remember(ask);
      dot(question, w.value.length > 0);
    }
    show();
    if (Object.keys(j.waits).length) later(4000);
  });
  addEventListener("online", () => flush());
  addEventListener("focus", () => { if (failures) flush(); });
  addEventListener("pagehide", () => {
    noteAll();
    const j = load(), saves = Object.entries(j.waits).slice(0, 50).map(([question, w]) => ({seq: w.seq, question, value: w.value, certainty: w.certainty}));
    if (!saves.length && !j.away.length) return;
    fetch(d.base + "/save", {method: "POST", keepalive: true, headers: {"Content-Type": "application/json"}, body: JSON.stringify({csrf: csrf(), saves, away: j.away.slice(0, 50)})}).catch(() => {});
  });
  addEventListener("pageshow", (e) => { if (e.persisted) renew(); });

  // When the page is not in front, that is noted for people to judge, as the rules say.
  let left = 0;
  const gone = () => { left = left || now(); };
  const back = () => {
    if (document.hidden || !document.hasFocus() || !left) return;
    const span = {from: left, to: now()};
    left = 0;
    if (span.to - span.from < 1000) return;
    const j = load();
    j.away.push(span);
    j.away = j.away.slice(-50);
    store(j);
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) gone(); else back(); });
  addEventListener("blur", gone);
  addEventListener("focus", back);

  // ── Turning pages ─────────────────────────────────────────────────────────────────────────────────────────
  const turns = () => new Map(all("[data-turn]", sitting).map((t) => [Number(t.dataset.turn), t]));
  const pages = () => !("all" in d) && !("overview" in d);

  // turn shows another question of those that are here.
  function turn(n, push) {
    const here = turns(), to = here.get(n);
    if (!to) return false;
    here.forEach((t) => { t.hidden = t !== to; });
    all("[data-dot]", sitting).forEach((x) => { if (Number(x.dataset.number) === n) x.setAttribute("aria-current", "step"); else x.removeAttribute("aria-current"); });
    if (push) history.pushState(null, "", d.base + "?q=" + n);
    scrollTo({top: 0, behavior: "instant"}); // another page, not a journey on this one
    const head = to.querySelector("legend");
    if (head) head.focus({preventScroll: true});
    return true;
  }

  // leave goes elsewhere once everything is saved.
  function leave(go) {
    noteAll();
    if (!waiting()) {
      if (load().away.length) flush(true).finally(go);
      else go();
      return;
    }
    then = go;
    calm = "waits";
    show();
    flush(true);
  }

  sitting.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches(".question, [data-submit]")) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    const where = (e.submitter && e.submitter.value) || "next";
    if (form.matches("[data-submit]")) { leave(() => form.submit()); return; }
    const n = Number(form.elements.q ? form.elements.q.value : 0), last = Number(form.elements.count ? form.elements.count.value : 0);
    if (where === "final" || "forward" in d && where === "next") {
      leave(() => { form.append(Object.assign(document.createElement("input"), {type: "hidden", name: "go", value: where})); form.submit(); });
      return;
    }
    noteAll();
    const to = where === "prev" ? n - 1 : n + 1;
    if (where === "overview" || "all" in d || to > last) { leave(() => location.assign(d.base + "/submit")); return; }
    if (turn(to, true)) return;
    leave(() => location.assign(d.base + "?q=" + to));
  }, true);
  sitting.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-dot]");
    if (!link || !pages() || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    noteAll();
    if (!turn(Number(link.dataset.number), true)) leave(() => location.assign(link.href));
  });
  addEventListener("popstate", () => {
    const n = Number(new URLSearchParams(location.search).get("q"));
    if (n && pages() && !turn(n, false)) location.reload();
  });

  // gather fetches the other questions, so that they can be turned to where there is no network.
  async function gather() {
    try {
      const r = await fetch(d.base + "?sheet=all&q=1", {signal: AbortSignal.timeout(10000)});
      if (!r.ok) return;
      const page = new DOMParser().parseFromString(await r.text(), "text/html"), have = turns();
      all("[data-attempt] [data-turn]", page).forEach((t) => {
        if (have.has(Number(t.dataset.turn))) return;
        const mine = document.importNode(t, true);
        mine.hidden = true;
        sitting.append(mine);
        enhance(mine);
        restore(mine);
      });
      all('button[value="overview"]', sitting).forEach((b) => { if (sitting.querySelector("[data-dot]")) b.textContent = put(say("overview"), {answered: all(".dot-answered", sitting).length, count: all("[data-dot]", sitting).length}); });
      sitting.dataset.gathered = "1";
    } catch { setTimeout(gather, 5000); }
  }

  // ── The clock ─────────────────────────────────────────────────────────────────────────────────────────────
  const clock = sitting.querySelector("[data-left]"), clockSaid = sitting.querySelector("[data-clock-said]");
  const due = Number(d.due);
  let before = due - now();

  function tick() {
    if (Math.abs((Date.now() - began.device) - (performance.now() - began.steady)) > 5000) { // it slept, or its clock was set
      began.device = Date.now() - (performance.now() - began.steady);
      renew();
    }
    const rest = due - now(), s = Math.max(0, Math.ceil(rest / 1000));
    clock.textContent = Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0");
    clock.classList.toggle("clock-soon", rest <= 300000 && rest > 60000);
    clock.classList.toggle("clock-late", rest <= 60000);
    for (const [ms, name] of [[300000, "five"], [60000, "one"]]) if (before > ms && rest <= ms) clockSaid.textContent = say(name);
    before = rest;
    if (rest <= 0 && !over) collect();
  }

  // collect hands in what is there when time is up, as often as it takes.
  async function collect() {
    noteAll();
    over = true;
    then = null;
    all("fieldset, button[name=go]", sitting).forEach((f) => { f.disabled = true; });
    calm = "over";
    clockSaid.textContent = say("over");
    show();
    await flush(true);
    try {
      const r = await fetch(d.base + "/submit", {method: "POST", redirect: "manual", signal: AbortSignal.timeout(10000), body: new URLSearchParams({csrf: csrf()})});
      if (r.type === "opaqueredirect" || r.ok) { const n = waiting(); location.assign(d.base + "/review" + (n ? "?late=" + n : "")); return; }
      if (r.status === 403 && await renew()) { collect(); return; }
      state = r.status === 404 ? "other" : "offline";
    } catch { state = "offline"; }
    show();
    setTimeout(collect, 3000);
  }

  restored = waiting();
  restore(sitting);
  if (restored) {
    if (Object.values(load().waits).some((w) => w.at < now() - 5000)) calm = "restored"; // else it is on its way from the page before
    show();
    flush();
  }
  tick();
  setInterval(tick, 500);
  if ("whole" in d) setTimeout(gather, 200);
})();
