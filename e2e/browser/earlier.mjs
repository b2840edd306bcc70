// A phone that an earlier version of the page has served: what it kept is laid into the browser before today's
// page opens.
import assert from "node:assert/strict";
import { kept } from "./kept.mjs";
import { WORDS, card, open, until } from "./stories.mjs";

/** What waited goes out by itself, and every receipt from before opens and says *registered*. */
export async function earlierPhone(told) {
  const { page, look, language, server, databases } = told;
  const words = WORDS[language];
  await page.route(`${server}/empty`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(`${server}/empty`);
  for (const database of databases) await page.evaluate(layDown, database);
  const waiting = databases.flatMap(({ stores }) => stores.entries.records.map(({ value }) => value));
  const receipts = databases.flatMap(({ stores }) => stores.receipts.records.map(({ value }) => value));

  await open(told);
  await card(page, words.registered).nth(waiting.length - 1).waitFor();
  await until(async () => (await kept(page)).length === 0, "nothing waits");
  await look("arrived");
  await open(told);
  const links = page.locator("#receipts a");
  await until(async () => (await links.count()) === receipts.length + waiting.length, "all receipts stand there");
  const urls = await links.evaluateAll((all) => all.map(({ pathname }) => pathname));
  for (const { url } of receipts) assert.ok(urls.includes(url), `${url} among ${urls}`);
  for (const url of urls) {
    await page.goto(`${server}${url}?lang=${language}`);
    await page.locator(".state h1").filter({ hasText: words.registered }).waitFor();
  }
}

/** Makes a database as it was, record by record. */
function layDown({ name, version, stores }) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.onerror = () => reject(opening.error);
    opening.onupgradeneeded = () => {
      for (const [store, { keyPath, records }] of Object.entries(stores)) {
        const made = opening.result.createObjectStore(store, keyPath ? { keyPath } : undefined);
        for (const { key, value } of records) keyPath ? made.put(value) : made.put(value, key);
      }
    };
    opening.onsuccess = () => {
      opening.result.close();
      resolve();
    };
  });
}
