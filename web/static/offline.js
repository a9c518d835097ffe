// Lessons without a network: keeps copies of a module that was begun, notes what was finished meanwhile, and sends it later.
// Copies and notes are kept under a tag of whoever is signed in; with anybody else, or nobody, the copies go.
"use strict";
(() => {
  if (!("caches" in window && "indexedDB" in window && "serviceWorker" in navigator)) return;
  const meta = document.querySelector('meta[name="reader"]');
  const reader = meta && meta.content; // "-": nobody is signed in; null: this page does not say
  const here = document.getElementById("offline");
  const time = (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour12: false });
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, k) => values[k]);

  // The notes: what was finished without a network, in one store of this browser.
  const notes = new Promise((done, fail) => {
    const r = indexedDB.open("lessons", 1);
    r.onupgradeneeded = () => r.result.createObjectStore("finished", { keyPath: "request" });
    r.onsuccess = () => done(r.result);
    r.onerror = () => fail(r.error);
  });
  notes.catch(() => {});
  const store = async (mode, act) => {
    const tx = (await notes).transaction("finished", mode), r = act(tx.objectStore("finished"));
    return new Promise((done, fail) => { tx.oncomplete = () => done(r.result); tx.onabort = tx.onerror = () => fail(tx.error); });
  };
  const all = () => store("readonly", (s) => s.getAll());

  const sets = async () => (await caches.keys()).filter((n) => n.startsWith("lessons:"));
  const whole = async (name) => (await caches.has(name)) && !!(await (await caches.open(name)).match("/courses/offline/lease"));

  // clear takes away what belongs to somebody else.
  async function clear() {
    if (!reader) return;
    for (const name of await sets()) if (!name.startsWith("lessons:" + reader + ":")) await caches.delete(name);
  }

  // keep fetches the copies of the module of this lesson, all or none, and drops older ones.
  async function keep() {
    if (!here || !reader || reader === "-" || (navigator.connection && navigator.connection.saveData)) return;
    const { module, shelf, until, kept } = here.dataset, of = "lessons:" + reader + ":" + module + ":", name = of + shelf;
    await navigator.serviceWorker.register("/courses/sw.js", { scope: "/courses/" });
    let cache = (await caches.has(name)) && (await caches.open(name));
    if (!cache || !(await cache.match("/courses/offline/lease"))) {
      const plan = await get(module + "/offline").then((r) => r.json());
      if (plan.shelf !== shelf) return; // changed since this page was drawn; the next one knows
      await caches.delete(name);
      cache = await caches.open(name);
      try {
        for (const url of plan.urls) await cache.put(url, await get(url));
      } catch (e) {
        await caches.delete(name);
        throw e;
      }
    }
    // Into the very set that was filled: where another page has taken that away meanwhile, nothing comes back of it.
    await cache.put("/courses/offline/lease", Response.json({ until: Number(until) }));
    for (const old of await sets()) if (old.startsWith(of) && old !== name) await caches.delete(old);
    here.hidden = false;
    here.querySelector("[data-kept-said]").textContent = kept;
    here.dataset.whole = "1";
  }

  // get takes what is there and nothing else: a page to sign in at, for instance, is not what was asked for.
  async function get(url) {
    const r = await fetch(url, { cache: "no-store" });
    if (!r.ok || r.redirected) throw new Error(url + ": " + r.status);
    return r;
  }

  // send brings what waits to the server, if it belongs to whoever is signed in, and says how it went.
  let sending = null;
  const send = () => (sending = sending || deliver().finally(() => { sending = null; }));
  async function deliver() {
    const waiting = (await all()).filter((n) => !n.sent);
    if (!waiting.length || !navigator.onLine) return;
    const pass = await get("/courses/offline/pass").then((r) => r.json());
    for (const n of waiting.filter((n) => n.reader === pass.reader)) {
      const r = await fetch(n.url, { method: "POST", redirect: "manual", body: new URLSearchParams({ csrf: pass.csrf, request: n.request, hash: n.hash }) });
      if (r.status === 204) n.sent = Date.now();
      else if (r.status === 404 || r.status === 409) n.sent = n.refused = Date.now();
      else continue; // it stays, and goes with the next
      await store("readwrite", (s) => s.put(n));
    }
    await tell();
  }

  // tell shows on the next page online what was sent, once.
  async function tell() {
    if (!here && !form) return;
    for (const n of (await all()).filter((n) => n.sent)) {
      const words = (here || form).dataset, text = say(n.refused ? words.refused : words.sent, { title: n.title, time: time(n.sent) });
      if (form) {
        if (n.url === form.dataset.url) said(text, n.refused ? "again" : "done");
        continue;
      }
      if (n.reader !== reader) continue;
      const p = document.createElement("p");
      p.className = "notice " + (n.refused ? "notice-now" : "notice-good");
      p.setAttribute("role", "status");
      p.textContent = text;
      here.hidden = false;
      here.append(p);
      await store("readwrite", (s) => s.delete(n.request));
    }
  }

  // On a copy, the button notes that the lesson was finished.
  const form = document.getElementById("offline-finish");
  const button = form && form.querySelector("button");
  function said(text, state) {
    form.querySelector("[data-said]").textContent = text;
    form.dataset.state = state;
    button.disabled = state !== "again";
  }
  async function finishing() {
    if (!form) return;
    const of = (await sets())[0], mine = (await all()).find((n) => n.url === form.dataset.url && n.hash === form.dataset.hash && !n.refused);
    if (!of) return;
    button.disabled = false;
    if (mine) said(say(mine.sent ? form.dataset.sent : form.dataset.waits, { title: mine.title, time: time(mine.sent || mine.at) }), mine.sent ? "done" : "waits");
    button.addEventListener("click", async () => {
      button.disabled = true;
      const n = { request: crypto.randomUUID(), reader: of.split(":")[1], url: form.dataset.url, hash: form.dataset.hash, title: form.dataset.title, at: Date.now() };
      try {
        await store("readwrite", (s) => s.put(n));
        said(say(form.dataset.waits, { time: time(n.at) }), "waits");
        send().catch(() => {});
      } catch {
        said(form.dataset.lost, "again");
      }
    });
  }

  // The shelf lists what is kept on this device.
  async function list() {
    const ul = document.getElementById("shelf");
    if (!ul) return;
    for (const name of await sets()) {
      if (!(await whole(name))) continue;
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const path = new URL(request.url).pathname;
        if (!/^\/courses\/[^/]+\/[^/]+\/[^/]+\/offline$/.test(path)) continue;
        const page = new DOMParser().parseFromString(await (await cache.match(request)).text(), "text/html");
        const li = document.createElement("li"), a = document.createElement("a");
        a.href = path.replace(/\/offline$/, "");
        a.textContent = page.querySelector("h1").textContent;
        li.append(a);
        ul.append(li);
      }
    }
    document.getElementById("shelf-empty").hidden = ul.children.length > 0;
  }

  addEventListener("online", () => send().catch(() => {}));
  const idle = window.requestIdleCallback || ((f) => setTimeout(f, 200));
  clear().then(finishing).then(list).then(() => (reader !== "-" ? send() : 0)).then(tell).catch(() => {});
  addEventListener("load", () => idle(() => keep().catch(() => {})));
})();
