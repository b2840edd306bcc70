// What becomes of a sign-up that its phone cannot send: it is read off the screen, or goes over the venue's
// network; and what a page does that is seen twice. Told as in stories.mjs.
import assert from "node:assert/strict";
import { kept } from "./kept.mjs";
import { DESK, WORDS, button, card, fillIn, heard, open, photograph, posts, receipt, said, shows, until } from "./stories.mjs";

/** What the page's own script makes of sign-ups for the desk, told to the test. */
export async function sealed(told) {
  const { page, signups, to } = told;
  await open(told);
  const made = await page.evaluate(
    async ({ signups, to }) => {
      const { files } = JSON.parse(document.getElementById("page-data").textContent);
      const worker = new Worker(files.worker);
      const ask = (task) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = reject;
          worker.postMessage(task);
        });
      const made = [];
      for (const signup of signups) made.push(await ask({ show: signup, to }));
      return made.map(({ text, short_code }) => ({ text, short_code }));
    },
    { signups, to },
  );
  await said(JSON.stringify(made));
}

/**
 * Without a network the desk takes the entry off the phone's screen; what the phone sends later changes
 * nothing.
 */
export async function codeAtDesk(told) {
  const { page, context, look, language, desk, pin } = told;
  const words = WORDS[language];
  await openForGood(told);
  await fillInAll(told);
  await heard("filled");
  await button(page).click();
  const waiting = card(page, words.waits);
  await waiting.getByRole("button", { name: words.toDesk }).click();
  await waiting.locator(".desk svg").waitFor();
  const typed = await waiting.locator(".desk li").allTextContents();
  assert.ok(typed.includes("王芳") && typed.some((row) => /^(哪几天来：周六、周日|Which days: Saturday, Sunday)$/.test(row)), typed.join(" | "));
  await look("code");
  // The page has scrolled to it by itself; a helper takes a picture of what stands there.
  const screen = `data:image/png;base64,${(await page.screenshot()).toString("base64")}`;
  const helper = await (await context.browser().newContext()).newPage();
  await helper.goto(`${desk}/desk?lang=${language}`);
  await helper.fill("#pin", pin);
  await helper.click("button[type=submit]");
  await helper.setInputFiles("#photo", { name: "phone.png", mimeType: "image/png", buffer: await photograph(context, screen, 2) });
  await receipt({ page: helper, script: true }, words.registered);
  assert.ok(typed.includes(await helper.locator("#done .code").textContent()), "both show the same code");
  await heard("taken");
  await helper.getByText(DESK[language].next).first().waitFor();
  // The network is back.
  await page.reload();
  await card(page, words.registered).waitFor();
}

/**
 * The internet is away, the venue's network is there: the entry goes over that, and what the phone sends
 * later changes nothing.
 */
export async function overVenue(told) {
  const { page, look, language, requests, venue, phone, server, code } = told;
  const words = WORDS[language];
  await openForGood(told);
  await fillInAll(told);
  await heard("filled");
  await button(page).click();
  const link = card(page, words.waits).getByRole("link", { name: words.overVenue });
  await link.waitFor();
  await look("waiting");
  const [{ id }] = await kept(page);
  await link.click();
  await page.waitForURL((url) => url.href.startsWith(`${venue}/j/`));
  await page.locator("#brought").waitFor();
  assert.ok(!page.url().includes("#"), "nobody who looks at the address sees whose it is");
  assert.equal(await page.inputValue("#name"), "王芳");
  assert.equal((await page.inputValue("#phone")).replace(/\D/g, ""), phone);
  assert.equal(await page.inputValue("[id='answers.school']"), "一 中");
  assert.deepEqual(await page.locator("[name='answers.days']:checked").evaluateAll((boxes) => boxes.map(({ value }) => value)), ["sat", "sun"]);
  assert.equal(await button(page).textContent(), words.sendHere);
  await look("brought");
  await button(page).click();
  await shows(told, "registered");
  assert.ok(page.url().includes(`/${id}.`), "the same id on every way");
  await heard("sent");
  // The internet is back.
  await page.goto(`${server}/j/${code}?lang=${language}`);
  await card(page, words.registered).waitFor();
  assert.ok(posts(requests).length >= 3);
}

/** A server that asks for a proof of work gets it, and the person sees nothing of that. */
export async function proven(told) {
  const { page, requests, phone } = told;
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "registered");
  const sent = posts(requests).map(({ body }) => JSON.parse(body));
  assert.deepEqual(sent.map(({ proof }) => typeof proof), ["undefined", "string"]);
  assert.equal(sent[0].id, sent[1].id);
}

/** One page, kept somewhere on the way and shown to two phones: two people are two sign-ups. */
export async function onePageTwoPhones(told) {
  const { context, script, phone, server, code, language } = told;
  const address = `${server}/j/${code}?lang=${language}`;
  const html = await (await context.request.get(address)).text();
  for (const person of [{ name: "王芳", phone }, { name: "李伟", phone: `188${phone.slice(3)}` }]) {
    const another = await context.browser().newContext({ javaScriptEnabled: script });
    const page = await another.newPage();
    await page.route("**/j/**", (route) =>
      route.request().method() === "GET" ? route.fulfill({ contentType: "text/html; charset=utf-8", body: html }) : route.continue(),
    );
    await page.goto(address);
    await fillIn({ page, ...person });
    await button(page).click();
    await shows({ ...told, page }, "registered");
    await another.close();
  }
}

/** A receipt that is loaded again sends nothing; *Back* from it and a colleague's name is another sign-up. */
export async function backForAColleague(told) {
  const { page, phone } = told;
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "registered");
  await page.reload();
  await shows(told, "registered");
  await page.goBack();
  await fillIn({ page, name: "李伟", phone: `188${phone.slice(3)}` });
  await button(page).click();
  await shows(told, "registered");
}

/** A browser that keeps nothing says so before anybody types, and sends at once. */
export async function notKept(told) {
  const { page, look, phone, requests } = told;
  await open(told);
  await page.locator("#unkept").waitFor();
  assert.equal(await page.inputValue("#name"), "");
  await look("unkept");
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "registered");
  assert.equal(posts(requests).length, 1);
}

/**
 * The phone's database is silent, as iOS's sometimes is, and somebody taps before the page has given it up,
 * on a line that is cut.
 */
export async function tappedEarly(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => ({});
  });
  await open(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  const waiting = card(page, words.waits);
  await waiting.waitFor();
  await page.locator("#unkept").waitFor();
  await look("tapped-early");
  await heard("waiting");
  await waiting.getByRole("button", { name: words.sendNow }).click();
  await card(page, words.registered).waitFor();
}

/**
 * The network goes just when the page leaves for the receipt: what has arrived is seen all the same, and
 * again by the receipt's address.
 */
export async function cutOnTheWay(told) {
  const { page, look, language, phone } = told;
  const words = WORDS[language];
  await openForGood(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  const arrived = card(page, words.received);
  await arrived.waitFor();
  assert.match(await arrived.locator(".code").textContent(), /^[0-9A-Z]{3} [0-9A-Z]{3}$/);
  assert.equal(await page.locator("form#signup").isVisible(), false, "nobody wonders whether to fill it in again");
  assert.equal(await page.evaluate(() => document.documentElement.lang.slice(0, 2)), language);
  await look("cut-on-the-way");
  await arrived.locator("a.open").click();
  await arrived.waitFor();
  await heard("seen");
  await arrived.locator("a.open").click();
  await shows(told, "registered");
}

/**
 * The edge answers that its Queue takes nothing: the phone keeps the entry, says so, also after it was loaded
 * again, and sends it by itself.
 */
export async function queueRefuses(told) {
  const { page, language, phone, requests } = told;
  const words = WORDS[language];
  await open(told);
  await fillIn({ page, phone });
  await heard("filled");
  await button(page).click();
  await card(page, words.waits).waitFor();
  await page.reload();
  await card(page, words.waits).waitFor();
  assert.equal(await card(page, words.received).count(), 0, "nothing is called received");
  await until(async () => posts(requests).length > 1, "it is sent again");
  await heard("waiting");
  await card(page, words.registered).waitFor();
}

/** Opens the page and waits until it opens without a network, too. */
export async function openForGood(told) {
  await open(told);
  // The page in both languages, and the script that makes codes; and the worker is in charge. Looked at from
  // here: a condition that is a promise counts as fulfilled with `waitForFunction`.
  const isKept = async () => !!navigator.serviceWorker.controller && (await (await caches.open("rollcall-pages")).keys()).length === 3;
  await until(() => told.page.evaluate(isKept), "the page can be opened without a network");
}

async function fillInAll({ page, phone }) {
  await fillIn({ page, phone });
  await page.fill("[id='answers.school']", " 一  中 ");
  await page.locator("[name='answers.days'][value=sun]").check();
  await page.locator("[name='answers.days'][value=sat]").check();
  await page.locator("[name='answers.photo']").check();
}
