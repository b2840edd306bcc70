// What people see while the network goes and comes, in every browser. The test holds the line, see
// e2e/src/line.rs, and knows what came to the server. Told as in stories.mjs.
import assert from "node:assert/strict";
import { kept } from "./kept.mjs";
import { openForGood } from "./outbox.mjs";
import { WORDS, button, card, fillIn, heard, open, shows } from "./stories.mjs";

/**
 * After one visit the page opens without a network; two people sign up from this phone, and it goes out once
 * there is one.
 */
export async function cut(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await openForGood(told);
  await heard("opened");
  await page.reload();
  await page.locator("#kept").waitFor();
  await look("kept");
  await fillIn({ page, phone });
  await button(page).click();
  await card(page, words.waits).waitFor();
  assert.equal(await page.locator("form#signup").isVisible(), false, "nobody wonders whether to fill it in again");
  await look("waiting");
  await page.locator("#another").click();
  await fillIn({ page, name: "李伟", phone: `188${phone.slice(3)}` });
  await button(page).click();
  const two = card(page, words.waits).nth(1);
  await two.waitFor();
  assert.deepEqual(await page.locator("#entries .card .who").allTextContents(), ["王芳", "李伟"]);
  await look("two");
  const ids = (await kept(page)).map(({ id }) => id).sort();
  await heard("waiting");
  // The network is back; nobody touches the phone.
  await card(page, words.registered).nth(1).waitFor();
  assert.equal(await page.locator("#kept").isVisible(), false, "nothing says any more that there is no network");
  await look("arrived");
  const arrived = await page.locator("#entries .card a.open").evaluateAll((links) => links.map(({ href }) => /([0-9a-f-]{36})\.[^/]*$/.exec(href)[1]));
  assert.deepEqual(arrived.sort(), ids, "they arrive under the ids that they were kept under");
  assert.deepEqual(await kept(page), []);
  // The next person's form is empty, also on the page as the network has it.
  await open(told);
  await page.locator("#receipts a").nth(1).waitFor();
  assert.equal(await page.inputValue("#name"), "");
}

/**
 * The server takes it, and the answer is lost: the person sees that it was not heard of, and then that all is
 * well.
 */
export async function lostAnswer(told) {
  const { page, phone } = told;
  await open(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await shows(told, "registered");
  assert.deepEqual(await kept(page), []);
}

/**
 * The host's laptop cannot take it yet: it is received, no more, and registered later, without anybody's
 * doing.
 */
export async function receivedFirst(told) {
  const { page, phone, look } = told;
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "received");
  await look("received");
  await heard("received");
  await shows(told, "registered");
  await look("registered");
}
