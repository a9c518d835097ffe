// Answers for the network where there is none, with copies of lessons that offline.js has kept. It keeps nothing itself, so
// that nothing is kept but what stands in that list: no quiz, no attempt, no page of anybody.
"use strict";
const shelf = "/courses/offline";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (e) => e.waitUntil(Promise.all([clients.claim(), registration.navigationPreload && registration.navigationPreload.enable()])));

addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (e.request.mode === "navigate") e.respondWith(page(e, url.pathname));
  else if (url.pathname.startsWith("/static/")) e.respondWith(file(e.request, url.pathname));
});

// Who is online reads the text in force; only without a network is there a copy.
async function page(e, path) {
  try {
    return (await e.preloadResponse) || (await fetch(e.request));
  } catch (none) {
    const copy = (await kept(path + "/offline")) || (await kept(shelf));
    if (!copy) throw none;
    return copy;
  }
}

// A file's address holds its hash: a copy is the file.
async function file(request, path) {
  return (await kept(path)) || fetch(request);
}

// kept looks through the sets of copies whose lease has not run out. One without a lease is not whole.
async function kept(path) {
  for (const name of await caches.keys()) {
    if (!name.startsWith("lessons:")) continue;
    const cache = await caches.open(name);
    const copy = await cache.match(path, { ignoreSearch: true, ignoreVary: true });
    if (!copy) continue;
    const lease = await cache.match("/courses/offline/lease");
    if (!lease) continue;
    if ((await lease.json()).until < Date.now()) await caches.delete(name);
    else return copy;
  }
}
