// What becomes of a sign-up that the server does not take, or that outlives the page that wrote it. Told as
// in stories.mjs.
import assert from "node:assert/strict";
import { kept } from "./kept.mjs";
import { openForGood } from "./outbox.mjs";
import { STORAGE } from "./storage.mjs";
import { WORDS, button, card, count, fillIn, heard, open, shows, until } from "./stories.mjs";

/** Longer than a worker takes its storage for silent: ten seconds, and three until it does. */
const WOKEN_AGAIN_MS = 20_000;

/** How long a code that is not known is asked for again: edge/web/outbox/attempt.ts. */
const UNKNOWN_FOR_MS = 120_000;

/**
 * The server does not know the code. For two minutes that passes; then it is said; and by hand it is sent
 * again.
 */
export async function unknownCode(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await page.clock.install();
  await open(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  const since = (await kept(page))[0].unknown_since;
  const entry = async () => (await kept(page))[0];
  // No step of the clock falls into a request, whose patience it would end.
  let underway = 0;
  page.on("request", () => underway++);
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, () => underway--);
  for (let steps = 0; (await entry()).state === "waiting"; steps++) {
    assert.ok(steps < 30, "it waits for ever");
    await page.clock.fastForward(10_000);
    await until(() => underway === 0, "the answer");
    const now = await page.evaluate(() => Date.now());
    if (now - since < UNKNOWN_FOR_MS) assert.equal((await entry()).state, "waiting", `after ${now - since} ms`);
  }
  const { tried_at, status } = await entry();
  assert.ok(tried_at - since >= UNKNOWN_FOR_MS, `given up after ${tried_at - since} ms`);
  assert.equal(status, 404);
  const attention = card(page, words.look);
  await attention.waitFor();
  assert.match(await attention.locator(".next").textContent(), new RegExp(words.unknownCode));
  await look("attention");
  // Meanwhile the code is known.
  await heard("attention");
  await attention.getByRole("button", { name: words.sendNow }).click();
  await card(page, words.registered).waitFor();
}

/** More than the server takes: its own answer, past what the form would let through. */
export async function tooLarge(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await open(told);
  await fillIn({ page, phone });
  await page.locator("[name='answers.days'][value=sat]").check();
  await page.evaluate(() => {
    const school = document.getElementById("answers.school");
    school.removeAttribute("maxlength");
    school.value = "长".repeat(50_000);
  });
  await button(page).click();
  await page.locator("#status").filter({ hasText: words.tooLarge }).waitFor();
  await page.reload();
  const attention = card(page, words.look);
  await attention.waitFor();
  assert.match(await attention.locator(".next").textContent(), new RegExp(words.tooLarge));
  assert.equal((await kept(page))[0].status, 413);
  await look("attention");
  await attention.getByRole("button", { name: words.mend }).click();
  await page.fill("[id='answers.school']", "一中");
  await button(page).click();
  await shows(told, "registered");
  assert.deepEqual(await kept(page), []);
}

/**
 * It was filled in in time, the network was away, and meanwhile the host has ended the workshop; then the
 * host takes that back.
 */
export async function endedMeanwhile(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await openForGood(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  await heard("waiting");
  const attention = card(page, words.look);
  await attention.waitFor();
  assert.match(await attention.locator(".next").textContent(), new RegExp(words.closed));
  await look("attention");
  // Whoever opens the page anew sees that it is over, and what has become of the own sign-up.
  const answer = await open(told);
  assert.equal(answer.status(), 410);
  assert.match(await page.locator("h1").textContent(), new RegExp(words.closed));
  await attention.waitFor();
  assert.equal(await attention.locator(".who").textContent(), "王芳");
  await look("closed");
  await heard("closed");
  await attention.getByRole("button", { name: words.sendNow }).click();
  await card(page, words.registered).waitFor();
  await look("resumed");
  assert.equal((await open(told)).status(), 200);
  await page.locator("#receipts a").waitFor();
}

/** It was filled in before closing; the page of the closed workshop sends it by itself, and it counts. */
export async function closedMeanwhile(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await openForGood(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  await page.goto("about:blank");
  await heard("away");
  assert.equal((await open(told)).status(), 410);
  await card(page, words.registered).waitFor();
  await look("closed");
  assert.deepEqual(await kept(page), []);
}

/** A newer page, service worker and database come while something waits: it is still there, and goes out. */
export async function newVersion(told) {
  const { page, context, language, phone, server, code } = told;
  const words = WORDS[language];
  await openForGood(told);
  const [before] = await files(page);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  const [{ id }] = await kept(page);
  // Another page of a later version makes the database its own.
  const newer = await context.newPage();
  await newer.goto(`${server}/j/${code}`);
  await newer.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("rollcall", 2);
        opening.onupgradeneeded = () => opening.result.createObjectStore("later");
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(opening.error);
      }),
  );
  await newer.close();
  await page.reload();
  await card(page, words.waits).waitFor();
  assert.equal((await kept(page))[0].id, id, "the older page goes on with it");
  await heard("waiting");
  await open(told);
  await arrived(page, words, id);
  // What no page asks for any more is forgotten, and what one asks for is there.
  await until(async () => (await files(page)).every((file) => file !== before), "the old file is gone");
  await until(async () => (await files(page)).length === 1, "the new one is there");
}

/**
 * It has arrived: as a card, which follows what becomes of it, or as a line with what was known when the page was
 * opened, where it was quicker than the page.
 */
async function arrived(page, words, id) {
  const card = page.locator("#entries .card", { hasText: words.registered }).or(page.locator("#receipts li"));
  await card.first().waitFor();
  const links = await page.locator("#entries a.open, #receipts a").evaluateAll((links) => links.map(({ href }) => href));
  assert.ok(links.some((href) => href.includes(`/${id}.`)), `${id} among ${links}`);
}

/** Addresses of the files that the service worker keeps. */
function files(page) {
  return page.evaluate(async () => {
    const kept = await (await caches.open("rollcall-pages")).keys();
    return kept.map(({ url }) => url).filter((url) => url.includes("/j/-/"));
  });
}

/** Of more workshops than a phone needs to keep the ones seen last are kept. */
export async function manyWorkshops(told) {
  const { page, server, code, language } = told;
  await openForGood(told);
  await page.evaluate(async () => {
    const cache = await caches.open("rollcall-pages");
    for (let n = 0; n < 40; n++) await cache.put(`/j/OLD${n}`, new Response("a page"));
  });
  await page.goto(`${server}/j/${code}?lang=${language}`);
  const addresses = () => page.evaluate(async () => (await (await caches.open("rollcall-pages")).keys()).map(({ url }) => new URL(url).pathname));
  await until(async () => (await addresses()).length === 31, "thirty pages and a file are left");
  const left = await addresses();
  const own = `/j/${code.replace(/-/g, "")}`;
  assert.equal(left.filter((path) => path === own).length, 2, "in both languages");
  assert.ok(left.includes("/j/OLD39") && !left.includes("/j/OLD0"), left.join(" "));
}

/**
 * The page is closed while something waits; the browser wakes its service worker, which sends it, also where
 * every other act of its finds the connection to the storage gone.
 */
export async function wokenToSend(told) {
  const { page, context, language, phone, server, storage } = told;
  const words = WORDS[language];
  await openForGood(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  const [{ id }] = await kept(page);
  if (storage) await context.serviceWorkers()[0].evaluate(STORAGE[storage]);
  const tags = await page.evaluate(async () => (await navigator.serviceWorker.ready).sync.getTags());
  assert.deepEqual(tags, ["rollcall-outbox"], "the browser has been asked");
  await page.goto("about:blank");
  const browser = await context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    browser.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL === `${server}/`);
      if (found) resolve(found.registrationId);
    });
  });
  await browser.send("ServiceWorker.enable");
  const registrationId = await registered;
  await heard("closed");
  const wake = () => browser.send("ServiceWorker.dispatchSyncEvent", { origin: server, registrationId, tag: "rollcall-outbox", lastChance: false });
  await wake();
  // Where its storage is silent for three seconds, as on a disk that is very busy, the worker rejects, and a
  // browser wakes it again by its own back-off, after minutes.
  const again = setInterval(() => {
    count("a service worker that was woken again, its storage having been silent");
    void wake();
  }, WOKEN_AGAIN_MS);
  await heard("woken");
  clearInterval(again);
  await open(told);
  await page.locator("#receipts a").waitFor();
  assert.ok((await page.locator("#receipts a").getAttribute("href")).includes(`/${id}.`));
  assert.deepEqual(await kept(page), []);
}
