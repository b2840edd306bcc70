// What phones, networks and clocks do to the page against all expectation: a storage that goes, a tab that
// dies with the turn to send, networks that answer for the server, *Back* to a form that was sent, clocks
// that were wrong. Told as in stories.mjs; the test looks into the database.
import assert from "node:assert/strict";
import { kept } from "./kept.mjs";
import { openForGood } from "./outbox.mjs";
import { STORAGE, rememberConnections } from "./storage.mjs";
import { WORDS, button, card, fillIn, heard, open, posts, shows, until } from "./stories.mjs";

/** The longest from a way that is free to a sign-up on it, in milliseconds. */
const SOON_MS = 3000;

/** Where the page cannot keep any more, and says so. */
const CANNOT_KEEP = ["broken", "silent", "full"];

/** One sign-up waits, the storage goes, another one is filled in: both go out, and nobody sees less. */
export async function storageGoes(told) {
  const { page, look, language, phone, storage } = told;
  const words = WORDS[language];
  await page.addInitScript(rememberConnections);
  await open(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  await page.evaluate(STORAGE[storage]);
  await page.locator("#another").click();
  await fillIn({ page, name: "李伟", phone: `188${phone.slice(3)}` });
  await button(page).click();
  await card(page, words.waits).nth(1).waitFor();
  assert.deepEqual(await page.locator("#entries .card .who").allTextContents(), ["王芳", "李伟"]);
  if (CANNOT_KEEP.includes(storage)) {
    await page.locator("#unkept").waitFor();
    await look(storage);
  } else {
    assert.equal(await page.locator("#unkept").isVisible(), false, "it is kept again");
    if (storage !== "flaky") assert.equal((await kept(page)).length, 2, "both are kept");
    await page.reload();
    await card(page, words.waits).nth(1).waitFor();
  }
  await heard("waiting");
  const mended = Date.now();
  await card(page, words.waits).first().getByRole("button", { name: words.sendNow }).click({ timeout: 1000 }).catch(() => undefined);
  await card(page, words.registered).nth(1).waitFor();
  console.error(`${storage}: shown as registered after ${Date.now() - mended} ms`);
  if (!CANNOT_KEEP.includes(storage)) await until(async () => (await kept(page)).length === 0, "nothing is left");
}

/** What a tab that died may have left in the lease. */
const LEASES = [
  (now) => ({ owner: "dead", until: now + 1900 }),
  (now) => ({ owner: "dead", until: now + 38_000 }),
  (now) => ({ owner: "dead", until: now + 40 * 86_400_000 }),
  () => ({ owner: "dead", until: Infinity }),
  () => ({ owner: "dead", until: NaN }),
  () => ({ owner: "dead", until: -1 }),
  () => ({ owner: "dead", until: "tomorrow" }),
  () => ({}),
  () => "x",
];

/** Plain HTTP, by the laptop's address: no Web Locks. Whoever had the turn to send holds nobody back. */
export async function deadLease(told) {
  const { page, language, phone } = told;
  const words = WORDS[language];
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined }));
  let way = "held";
  let sentAt;
  await page.route("**/v1/signups", (route) => {
    sentAt = Date.now();
    if (way === "held") return undefined;
    return way === "free" ? route.continue() : route.abort();
  });
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await until(() => sentAt, "it is being sent");
  // It is held on its way, and somebody loads the page again.
  way = "free";
  sentAt = 0;
  await page.reload();
  const reloaded = Date.now();
  await until(() => sentAt, "it is sent by itself");
  assert.ok(sentAt - reloaded < SOON_MS, `sent ${sentAt - reloaded} ms after the page was loaded again`);
  const arrived = page.locator("#entries .card, #receipts li").filter({ hasText: words.registered });
  await arrived.first().waitFor();

  for (const [place, lease] of LEASES.entries()) {
    const byHand = place % 2 === (told.browser === "firefox" ? 1 : 0);
    way = "gone";
    await open(told);
    const another = page.locator("#another");
    if (await another.isVisible()) await another.click();
    await fillIn({ page, name: "李伟", phone: `187${phone.slice(4)}${place}` });
    await button(page).click();
    await card(page, words.waits).waitFor();
    await page.evaluate(put, ["lease", lease(Date.now()), "sender"]);
    way = "free";
    sentAt = 0;
    const freed = Date.now();
    const sendNow = card(page, words.waits).getByRole("button", { name: words.sendNow });
    if (byHand) await sendNow.click({ timeout: 1000 }).catch(() => undefined);
    await until(() => sentAt, `sent in spite of lease ${place}`);
    const after = sentAt - freed;
    assert.ok(after < (byHand ? 1000 : SOON_MS), `lease ${place}, ${byHand ? "by hand" : "by itself"}: after ${after} ms`);
    await card(page, words.registered).first().waitFor();
  }
}

/** Puts a record into the phone's database. */
function put([table, value, key]) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("rollcall");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(table, "readwrite");
      transaction.objectStore(table).put(value, key);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
      transaction.onabort = () => reject(transaction.error);
    };
  });
}

/** A device on the way answers the sign-up, again and again; in the end it is let through. */
export async function strangers(told) {
  const { page, language, phone } = told;
  const words = WORDS[language];
  await open(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  const waiting = card(page, words.waits);
  await waiting.waitFor();
  assert.equal(await card(page, words.look).count(), 0, "nobody has refused anything");
  await heard("waiting");
  await card(page, words.registered).waitFor();
  assert.deepEqual(await kept(page), []);
}

/** A device on the way answers everything for the server, pages as well. */
export async function seized(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await openForGood(told);
  await heard("opened");
  await page.reload();
  await page.locator("#kept").waitFor();
  await fillIn({ page, phone });
  await button(page).click();
  await card(page, words.waits).waitFor();
  await look("seized");
  assert.equal((await kept(page))[0].state, "waiting");
  await heard("waiting");
  const arrived = card(page, words.registered);
  await arrived.waitFor();
  await heard("arrived");
  // Somebody's word about a page that is kept takes nothing away, nor about a receipt.
  await arrived.locator("a.open").click();
  await page.locator("#entries a.open, #receipts a").first().waitFor();
  assert.match(page.url(), /\/j\//, "it leads back to what this phone knows");
  await heard("back");
  await page.reload();
  await page.locator("#receipts a").first().waitFor();
  assert.equal(await page.locator("#kept").isVisible(), false);
}

/** A device on the way answers for the receipt: nothing is called cancelled that is not. */
export async function strangersAtReceipt(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "registered");
  const other = "00000000-0000-4000-8000-000000000000";
  const title = page.locator(".state h1");
  let answer;
  let asked = 0;
  await page.route("**/v1/receipts/**", (route) => {
    asked++;
    return answer ? route.fulfill(answer) : route.continue();
  });
  const json = (body) => ({ contentType: "application/json", body: JSON.stringify(body) });
  for (const body of [{ state: "cancelled" }, { id: other, state: "cancelled", see_desk: true }, { ok: true }, {}]) {
    for (const status of [200, 202, 404, 410]) {
      answer = { status, ...json(body) };
      asked = 0;
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await until(() => asked, "it is looked up");
      await page.locator("#cancel button").click();
      await page.locator("#trouble").waitFor();
      assert.equal(await title.textContent(), words.registered, `${status} ${JSON.stringify(body)}`);
      assert.equal(await page.locator("#desk").isVisible(), false);
    }
  }
  await look("not-cancelled");
  answer = undefined;
  await page.locator("#cancel button").click();
  await title.filter({ hasText: words.cancelled }).waitFor();
}

/** *Back* from the receipt: whoever comes next finds an empty form, and is nobody but themselves. */
export async function backIsEmpty(told) {
  const { page, look, phone, script, language } = told;
  for (const [name, number] of [["王芳", phone], ["李伟", `188${phone.slice(3)}`]]) {
    if (name === "王芳") await open(told);
    else await page.goBack({ waitUntil: "commit" });
    await page.locator("#name").waitFor({ state: "attached" });
    const isAsLeft = await page.evaluate(() => (globalThis.wasHere ? true : ((globalThis.wasHere = true), false)));
    console.error(`${name}: the page ${isAsLeft ? "came from memory" : "was loaded"}`);
    assert.equal(await page.inputValue("#name"), "", "no name is left");
    assert.equal(await page.inputValue("#phone"), "", "no number is left");
    assert.equal(await page.inputValue("[id='answers.school']"), "", "no answer is left");
    assert.equal(await page.locator("#signup input:checked").count(), 0, "nothing is left chosen");
    // What has just arrived stands there as a card.
    if (script && (await page.locator("#another").isVisible())) await page.locator("#another").click();
    // By keyboard: Firefox without script answers a driver that clicks with nothing.
    for (const [field, text] of [["name", name], ["phone", number], ["answers.school", "一中"]]) {
      await page.focus(`[id='${field}']`);
      await page.keyboard.type(text);
    }
    for (const box of ["[name='answers.days'][value=sun]", "[name='answers.photo']"]) {
      await page.focus(box);
      await page.keyboard.press("Space");
    }
    await button(page).press("Enter");
    await shows(told, "registered");
  }
  await look("second");
  if (!script) return;
  // The phone may offer its owner's name and number; what is left half-way stays, and goes to nobody else.
  await page.getByRole("link", { name: WORDS[language].colleague }).click();
  await page.locator("#receipts a").first().waitFor();
  assert.deepEqual(await page.locator("#name, #phone").evaluateAll((fields) => fields.map(({ autocomplete }) => autocomplete)), ["name", "tel"]);
  await fillIn({ page, name: "张敏", phone: "138001" });
  await page.fill("[id='answers.school']", "二中");
  await page.reload();
  assert.equal(await page.inputValue("#name"), "张敏", "what is typed is not lost");
  assert.equal(await page.inputValue("[id='answers.school']"), "二中");
  await page.locator("header a").click();
  await page.waitForURL((url) => !url.search.includes(`lang=${language}`));
  assert.equal(await page.inputValue("#name"), "张敏", "nor in the other language");
}

/** Times and numbers as clocks that were wrong, and older pages, have left them. */
const CLOCKS = [
  ({ now }) => ({ not_before: now + 40 * 86_400_000, unknown_since: 0 }),
  ({ now }) => ({ not_before: now + 25 * 86_400_000, tried_at: now + 25 * 86_400_000, status: 503, tries: 9 }),
  () => ({ not_before: Number.MAX_VALUE, unknown_since: Number.MAX_VALUE }),
  () => ({ not_before: Infinity, unknown_since: NaN, tries: NaN, tried_at: NaN }),
  () => ({ not_before: NaN, tries: -3 }),
  () => ({ not_before: -1, unknown_since: -1, tries: Infinity }),
  () => ({ not_before: "tomorrow", tries: "many" }),
  // As commit 8cb5b71 wrote them.
  () => ({}),
  ({ now }) => ({ tries: 3, tried_at: now - 1000, status: 429, not_before: now - 500 }),
  // As it took a stranger's word for a refusal.
  ({ now }) => ({ state: "refused", tries: 1, tried_at: now - 1000, status: 403 }),
];

/** Entries of clocks that were wrong go out at once, and nothing spins. */
export async function wrongClock(told) {
  const { page, language, phone } = told;
  const words = WORDS[language];
  await page.addInitScript(() => {
    const { transaction } = IDBDatabase.prototype;
    globalThis.acts = 0;
    IDBDatabase.prototype.transaction = function (...what) {
      globalThis.acts++;
      return transaction.apply(this, what);
    };
  });
  await open(told);
  await page.locator("#unkept").waitFor({ state: "hidden" });
  const { api, receipts } = await page.evaluate(() => JSON.parse(document.getElementById("page-data").textContent));
  await heard("opened");
  const entry = (n, more) => {
    const id = `0f8fad5b-d9cb-469f-a165-${phone}${n.toString(16)}`;
    const signup = { id, invite_code: told.code, name: "王芳", phone: `189${String(Number(phone.slice(3)) + n).padStart(8, "0")}`, answers: {}, form_version: 1, filled_at: Date.now() };
    return { id, api, receipts, title: "", state: "waiting", tries: 0, signup, ...more };
  };
  const now = Date.now();
  for (const [n, clock] of CLOCKS.entries()) await page.evaluate(put, ["entries", entry(n, clock({ now })), undefined]);
  // What no page can send keeps nothing else back.
  for (const n of [0, 1, 2]) await page.evaluate(put, ["entries", [{ id: "x" }, { id: "y", state: "waiting" }, { id: "z", api, signup: null }][n], undefined]);
  // The server itself has put this one off: that counts, and costs nothing meanwhile.
  await page.evaluate(put, ["entries", entry(15, { not_before: now + 500_000, tries: 1, status: 429 }), undefined]);
  await heard("written");
  await page.reload();
  const loaded = Date.now();
  await page.locator("#entries .card, #receipts li").filter({ hasText: words.registered }).nth(CLOCKS.length - 1).waitFor();
  console.error(`all registered ${Date.now() - loaded} ms after the page was loaded`);
  await until(async () => (await kept(page)).length === 1, "the one that was put off is left");
  const before = await page.evaluate(() => globalThis.acts);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3000)));
  const acts = (await page.evaluate(() => globalThis.acts)) - before;
  assert.ok(acts < 60, `${acts} transactions within three seconds of waiting`);
  // By hand it goes at once.
  await card(page, words.waits).getByRole("button", { name: words.sendNow }).click();
  await until(async () => (await kept(page)).length === 0, "that one, too");
  assert.ok(posts(told.requests).length >= CLOCKS.length);
}
