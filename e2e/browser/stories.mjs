// What people do with the page. Each story gets the page, what the page has asked for, `look`, and what it
// was told.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import encodeQR from "qr";
import { kept } from "./kept.mjs";

/** Words that a story looks for, as people read them. */
export const WORDS = {
  zh: {
    send: "登记",
    sendNow: "现在发送",
    waits: "还没发出去",
    look: "请看这里",
    mend: "修改",
    drop: "不发了",
    undo: "撤销",
    dropped: "已撤下",
    received: "已收到",
    toDesk: "没有网络？给签到台看",
    overVenue: "用现场网络发送",
    sendHere: "在这里发送",
    registered: "已登记",
    full: "名额已满",
    waiting: "已排入候补",
    cancelled: "已取消登记",
    missing: "还差 1 位数字",
    tooMany: "多了 1 位数字",
    nameMissing: "请填写姓名",
    required: "这一项要填",
    closed: "登记已经结束",
    notYet: "还没有开始登记",
    unknown: "没有这个邀请码",
    nothing: "这里什么也没有",
    correct: "更正",
    cancel: "取消登记",
    signUpAgain: "重新登记",
    colleague: "为同事登记",
    busy: "还没有登记上",
    noPhone: "请填写手机号",
    tooLarge: "写得太长了",
    unknownCode: "邀请码查不到",
  },
  en: {
    send: "Sign up",
    sendNow: "Send now",
    waits: "Not sent yet",
    look: "Please look at this",
    mend: "Correct it",
    drop: "Don't send",
    undo: "Undo",
    dropped: "Taken back",
    received: "Received",
    toDesk: "No network? Show it at the desk",
    overVenue: "Send over the venue's Wi-Fi",
    sendHere: "Send here",
    registered: "You're on the list",
    full: "It's full",
    waiting: "You're on the waiting list",
    cancelled: "Cancelled",
    missing: "11 digits, you typed 10",
    tooMany: "11 digits, you typed 12",
    nameMissing: "Please type your name",
    required: "This one needs an answer",
    closed: "Sign-up has closed",
    notYet: "Sign-up has not opened yet",
    unknown: "No workshop has this code",
    nothing: "Nothing is here",
    correct: "Correct",
    cancel: "Cancel",
    signUpAgain: "Sign up again",
    colleague: "Sign up a colleague",
    busy: "Not signed up yet",
    noPhone: "Please type your mobile number",
    tooLarge: "too long",
    unknownCode: "No workshop has this code",
  },
};

export async function open({ page, server, code, language }) {
  const answer = await page.goto(`${server}/j/${code}?lang=${language}`);
  return answer;
}

export async function fillIn({ page, name = "王芳", phone = "13800138000" }) {
  await page.fill("#name", name);
  await page.fill("#phone", phone);
}

export const button = (page) => page.locator("form#signup button[type=submit]");
export const card = (page, title) => page.locator("#entries .card").filter({ has: page.locator(".title", { hasText: title }) });
export const posts = (requests) => requests.all.filter(({ method, path }) => method === "POST" && /signups$|\/j\//.test(path));

/**
 * Waits for the receipt's page. Where the answer took its time the form has made way for a card, which leads
 * there.
 */
export async function atReceipt(page, there) {
  const link = page.locator("#entries .card a.open");
  const deadline = Date.now() + 60_000;
  while (!there(new URL(page.url()))) {
    assert.ok(Date.now() < deadline, `no receipt came; ${page.url()} shows: ${await page.locator("body").innerText()}`);
    if (await link.isVisible().catch(() => false)) await link.click({ timeout: 5000 }).catch(() => undefined);
    await page.waitForURL(there, { timeout: 500 }).catch(() => undefined);
  }
}

/** Waits until the receipt shows a state; without script by loading it again. */
export async function shows(told, state) {
  const { page, script, language } = told;
  await atReceipt(page, (url) => url.pathname.includes("/r/"));
  const title = page.locator(".state h1");
  const words = WORDS[language][state];
  if (script) {
    await title.filter({ hasText: words }).waitFor();
    return;
  }
  const deadline = Date.now() + 20_000;
  while ((await title.textContent()) !== words) {
    assert.ok(Date.now() < deadline, `waited for ${words}, there is ${await title.textContent()}`);
    await page.locator("noscript a, .refresh a").first().press("Enter");
  }
}

async function signUp(told) {
  const { page, look, requests, script, phone } = told;
  const answer = await open(told);
  assert.equal(answer.status(), 200);
  assert.deepEqual(requests.toUsable, [new URL(page.url()).pathname], "one request to usable");
  await look("form");
  // By keyboard alone: the switch of languages comes first, then the fields in their order.
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.href), /lang=/);
  await page.keyboard.press("Tab");
  await page.keyboard.type("王芳");
  await page.keyboard.press("Tab");
  await page.keyboard.type(phone ?? "13800138000");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await shows(told, "registered");
  assert.equal(await page.locator("#person").isVisible(), script, "the phone's own memory shows whose it is");
  if (script) assert.match(await page.locator("#person").textContent(), /王\*\s+\d{3}••••\d{4}/);
  const html = await page.content();
  assert.ok(!page.url().includes(phone) && !(script ? "" : html).includes("王芳"), "a receipt names nobody");
  assert.match(await page.locator(".code").textContent(), /^[2-9A-Z]{3} [2-9A-Z]{3}$/);
  await look("receipt");
  assert.equal(posts(requests).length, 1);
  await page.getByRole("link", { name: WORDS[told.language].colleague }).press("Enter");
  await page.waitForURL(/\/j\//);
  assert.equal(await page.inputValue("#name"), "", "a colleague's form is empty");
}

async function mistakes(told) {
  const { page, look, language, requests, script } = told;
  const words = WORDS[language];
  await open(told);
  const error = page.locator("#phone-error");
  if (!script) {
    // The browser's own check stands in the way of what the server would explain.
    await page.evaluate(() => (document.querySelector("form").noValidate = true));
    await fillIn({ page, phone: "1380013800" });
    await button(page).click();
    assert.equal(await error.textContent(), words.missing);
    assert.equal(await page.inputValue("#name"), "王芳");
    return look("mistake");
  }
  // An empty form is explained when it is sent, not before.
  await page.locator("#name").focus();
  await page.locator("#phone").focus();
  assert.equal(await page.locator(".error:not(:empty)").count(), 0);
  await button(page).click();
  assert.equal(await page.locator("#name-error").textContent(), words.nameMissing);
  assert.equal(await error.textContent(), words.noPhone);
  assert.equal(await page.evaluate(() => document.activeElement.id), "name", "the first mistake has the focus");
  await page.keyboard.type("王芳");
  assert.equal(await page.locator("#name-error").textContent(), "", "mended while it is typed");

  await page.fill("#phone", "");
  await page.locator("#phone").pressSequentially("1380013800");
  assert.equal(await page.inputValue("#phone"), "138 0013 800", "grouped while it is typed");
  await page.locator("#name").focus();
  assert.equal(await error.textContent(), words.missing);
  assert.equal(await page.getAttribute("#phone", "aria-invalid"), "true");
  await look("mistake");
  await page.locator("#phone").focus();
  await page.keyboard.press("End");
  await page.keyboard.type("0");
  assert.equal(await error.textContent(), "");
  assert.equal(await page.getAttribute("#phone", "aria-invalid"), null);
  assert.equal(await page.inputValue("#phone"), "138 0013 8000");
  await page.keyboard.type("1");
  assert.equal(await error.textContent(), words.tooMany);
  await page.keyboard.press("Backspace");

  // In the middle the caret stays where it is: 138 0|013 8000, one digit out, another in.
  await page.evaluate(() => document.querySelector("#phone").setSelectionRange(5, 5));
  await page.keyboard.press("Backspace");
  await page.keyboard.type("9");
  assert.equal(await page.inputValue("#phone"), "138 9013 8000");
  assert.equal(await page.evaluate(() => document.querySelector("#phone").selectionStart), 5);
  // Backspace at a gap goes on into the group before it.
  await page.keyboard.press("ArrowLeft");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Backspace");
  assert.equal((await page.inputValue("#phone")).replace(/ /g, ""), "190138000");
  await page.fill("#phone", "+852 9123 4567");
  assert.equal(await page.inputValue("#phone"), "+852 9123 4567", "other countries' numbers stay as they are typed");
  assert.equal(posts(requests).length, 0);
}

async function questions(told) {
  const { page, look, language, script } = told;
  await open(told);
  await fillIn({ ...told, page });
  if (script) {
    await button(page).click();
    for (const field of ["school", "stage", "days", "photo"]) {
      assert.equal(await page.locator(`[id='answers.${field}-error']`).textContent(), WORDS[language].required, field);
    }
    await look("unanswered");
  }
  await page.fill("[id='answers.school']", " 一  中 ");
  await page.locator("[name='answers.stage'][value=middle]").check();
  await page.locator("[name='answers.days'][value=sun]").check();
  await page.locator("[name='answers.days'][value=sat]").check();
  await page.locator("[name='answers.photo']").check();
  await look("answered");
  await button(page).click();
  await shows(told, "registered");
}

async function correct(told) {
  const { page, look, language, script, phone } = told;
  await open(told);
  await fillIn({ page, name: "王方", phone });
  await button(page).click();
  await shows(told, "registered");
  const first = page.url();
  await page.getByRole("link", { name: WORDS[language].correct }).click();
  await page.waitForURL(/replaces=/);
  assert.equal(await page.inputValue("#name"), script ? "王方" : "", "this tab knows what it sent");
  await fillIn({ page, name: "王芳", phone });
  await look("correction");
  await button(page).click();
  await atReceipt(page, (url) => url.pathname.includes("/r/") && !first.includes(url.pathname));
  await shows(told, "registered");
  await page.goto(first);
  await shows(told, "cancelled");
}

async function cancel(told) {
  const { page, look, language, phone } = told;
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "registered");
  await page.getByRole("button", { name: WORDS[language].cancel }).click();
  await shows(told, "cancelled");
  await look("cancelled");
  assert.equal(await page.locator("#cancel").isVisible(), false);
  // Undone by signing up again, not by a question before.
  await page.getByRole("link", { name: WORDS[language].signUpAgain }).click();
  await page.waitForURL(/replaces=/);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, "registered");
}

/** No seat is left; `state` says what the workshop makes of that. */
async function seatless(told) {
  const { page, look, phone, state } = told;
  await open(told);
  await fillIn({ page, phone });
  await button(page).click();
  await shows(told, state);
  await look("receipt");
  await heard("waiting");
  if (state === "waiting") {
    // Meanwhile somebody cancels: whoever waits is on the list, and looks again.
    if (told.script) await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await shows(told, "registered");
  }
}

async function message(told) {
  const { page, look, language, server, address, status, says } = told;
  const answer = await page.goto(`${server}${address}?lang=${language}`);
  assert.equal(answer.status(), status);
  assert.match(await page.locator("h1").textContent(), new RegExp(WORDS[language][says]));
  await look(says);
  await page.locator("header a").click();
  const other = language === "zh" ? "en" : "zh";
  assert.match(await page.locator("h1").textContent(), new RegExp(WORDS[other][says]));
}

async function noNetwork(told) {
  const { page, context, look, language, requests, phone } = told;
  const words = WORDS[language];
  await open(told);
  await fillIn({ page, phone });
  await context.setOffline(true);
  await button(page).click();
  const waiting = card(page, words.waits);
  await waiting.waitFor();
  assert.equal(await page.locator("form#signup").isVisible(), false, "nobody wonders whether to fill it in again");
  assert.equal(await waiting.locator(".who").textContent(), "王芳");
  await look("offline");
  const [{ id }] = await kept(page);
  await waiting.getByRole("button", { name: words.sendNow }).click();
  await waiting.locator(".tried:not(:empty)").waitFor();
  // Even after the page was loaded again it is the same sign-up, and it goes out by itself.
  await context.setOffline(false);
  await page.reload();
  // It may even have gone out before the page was loaded again: then it is one of those that had arrived
  // before.
  const [arrived, before] = [card(page, words.registered), page.locator("#receipts a").filter({ hasText: words.registered })];
  await arrived.or(before).first().waitFor();
  const isCard = await arrived.isVisible();
  if (isCard) assert.match(await arrived.locator(".code").textContent(), /^[2-9A-Z]{3} [2-9A-Z]{3}$/);
  await look("arrived");
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(posts(requests).length >= 2);
  await (isCard ? arrived.getByRole("link").filter({ visible: true }) : before).click();
  await shows(told, "registered");
  assert.ok(page.url().includes(`/${id}.`), "one id for every attempt");
  // The next person's form is empty; who was signed up before stands below.
  await page.getByRole("link", { name: words.colleague }).click();
  await page.locator("#receipts a").waitFor();
  assert.equal(await page.inputValue("#name"), "");
  await look("before");
}

/** Nothing can be stored just now; `heard` tells when that is over. */
async function notNow(told) {
  const { page, look, language, requests, phone, script } = told;
  await open(told);
  await fillIn({ page, phone });
  await heard("open");
  await button(page).click();
  if (script) {
    await card(page, WORDS[language].waits).waitFor();
    await look("unavailable");
    await heard("refused");
    await card(page, WORDS[language].registered).waitFor();
    assert.equal(new Set(posts(requests).map(({ body }) => JSON.parse(body).id)).size, 1);
    return;
  }
  await page.locator(".alert").filter({ hasText: WORDS[language].busy }).waitFor();
  assert.equal(await page.inputValue("#name"), "王芳", "nothing is lost");
  await look("unavailable");
  await heard("refused");
  await button(page).click();
  await shows(told, "registered");
}

/** A double tap, on a network that takes its time. */
async function twice(told) {
  const { page, requests, phone, language } = told;
  await open(told);
  await fillIn({ page, phone });
  await page.route("**/v1/signups", async (route) => {
    await page.waitForFunction(() => document.querySelector("form#signup button").ariaDisabled);
    await button(page).dispatchEvent("click");
    await button(page).dispatchEvent("click");
    assert.notEqual(await button(page).textContent(), WORDS[language].send, "it says that it is being sent");
    await route.continue();
  });
  await button(page).click();
  await shows(told, "registered");
  assert.equal(posts(requests).length, 1);
}

/**
 * What a server refuses is said in words of its own, and what was typed stays; what is no answer of the
 * server's waits. The servers do not give all of these on demand.
 */
async function refusals(told) {
  const { page, phone, look, language } = told;
  const words = WORDS[language];
  await open(told);
  await fillIn({ page, phone });
  const seen = new Set();
  let answer;
  await page.route("**/v1/signups", (route) => route.fulfill(answer.json?.type ? withId(answer, route) : answer));
  for (const [status, code] of [[410, "closed"], [413, "too_large"], [415, "media_type"], [422, "invalid"]]) {
    answer = own(status, code);
    await button(page).click();
    await page.waitForFunction((seen) => {
      const text = document.querySelector("#status").textContent;
      return text && !seen.includes(text) && !document.querySelector("form#signup button").ariaDisabled;
    }, [...seen]);
    seen.add(await page.locator("#status").textContent());
    assert.equal(await page.inputValue("#name"), "王芳", `${status}`);
  }
  await look("refused");
  // A server's own verdict stands where the field is, also after the page was loaded again.
  answer = own(422, "invalid", { errors: [{ field: "phone", code: "not_mobile" }] });
  await button(page).click();
  await page.locator("#phone-error:not(:empty)").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "phone");
  await page.reload();
  await card(page, words.look).waitFor();
  assert.equal(await page.locator("form#signup").isVisible(), false);
  await look("attention");
  await card(page, words.look).getByRole("button", { name: words.mend }).click();
  await page.locator("#phone-error:not(:empty)").waitFor();
  assert.equal(await page.inputValue("#name"), "王芳");
  // Mended, it is a sign-up of its own; the one before is gone.
  const { id } = (await kept(page))[0];
  const passing = [
    own(503, "unavailable"),
    own(429, "slow_down"),
    own(428, "proof_required"),
    own(404, "unknown_code"),
    { status: 403, contentType: "text/html", body: "<h1>Please log in</h1>" },
    { status: 200, contentType: "text/html", body: "<h1>Welcome to our Wi-Fi</h1>" },
    { status: 202, json: { receipt: { id, url: "/r/somebody/elses", state: "received" } } },
  ];
  answer = passing[0];
  await fillIn({ page, phone: `188${phone.slice(3)}` });
  await button(page).click();
  await card(page, words.waits).waitFor();
  const mended = (await kept(page)).map((entry) => entry.id);
  assert.equal(mended.length, 1);
  assert.notEqual(mended[0], id);
  for (answer of passing) {
    const { tries } = (await kept(page))[0];
    await card(page, words.waits).getByRole("button", { name: words.sendNow }).click();
    await until(async () => (await kept(page))[0].tries > tries, JSON.stringify(answer));
    assert.equal((await kept(page))[0].state, "waiting", JSON.stringify(answer));
  }
  // By the teacher's own hand it is taken back, and that as well.
  await card(page, words.waits).getByRole("button", { name: words.drop }).click();
  await card(page, words.dropped).waitFor();
  await look("dropped");
  await page.unroute("**/v1/signups");
  await card(page, words.dropped).getByRole("button", { name: words.undo }).click();
  await card(page, words.registered).waitFor();
}

/** A refusal of the server's own, as shared/src/problem.rs writes it. */
function own(status, code, more = {}) {
  return { status, json: { type: `urn:rollcall:problem:${code}`, status, code, ...more } };
}

/** About the sign-up that was sent. */
function withId({ status, json }, route) {
  const instance = `urn:uuid:${JSON.parse(route.request().postData()).id}`;
  return { status, contentType: "application/problem+json", body: JSON.stringify({ ...json, instance }) };
}

export async function until(condition, what) {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * The golden vectors: what the rules take the browser's own check takes, and mistakes are told apart alike.
 */
async function vectors(told) {
  const { page, names } = told;
  // What no pattern can tell: shared/tests/vectors.rs.
  const serverDecides = ["1380013800.0", "+44 (0)20 794", "0013800138000"];
  const phones = told.phones.filter(({ input }) => !serverDecides.includes(input));
  await open(told);
  const wrong = await page.evaluate(
    ({ phones, names }) => {
      const wrong = [];
      const invisible = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/;
      for (const [id, vectors] of Object.entries({ phone: phones, name: names })) {
        const field = document.getElementById(id);
        // Compiled here as browsers compile it, so that a pattern that is none does not pass as one that
        // takes all.
        new RegExp(`^(?:${field.pattern})$`, "v");
        for (const { input, ok, error } of vectors) {
          // A text field drops line breaks by itself.
          if (invisible.test(input) || /[\r\n]/.test(input)) continue;
          field.value = input;
          const refused = field.validity.patternMismatch || field.validity.valueMissing;
          if (ok !== undefined && refused) wrong.push(`${input} is taken, the browser refuses it`);
          if (error !== undefined && id === "phone" && !refused) wrong.push(`${input} is refused, the browser takes it`);
        }
      }
      return wrong;
    },
    { phones, names },
  );
  assert.deepEqual(wrong, []);
  // Every mistake of the vectors gets an explanation when its field is left.
  for (const { input, error } of phones.filter(({ error, input }) => error && input.length <= 64)) {
    await page.fill("#phone", "");
    await page.evaluate((input) => {
      const field = document.getElementById("phone");
      field.value = input;
      field.dispatchEvent(new Event("change"));
    }, input);
    const text = await page.locator("#phone-error").textContent();
    if (input.trim() && error !== "empty") assert.ok(text, `${JSON.stringify(input)}: ${error}`);
  }
}

/** Tells the test that this point is reached, and waits until the test has done its part. */
export function heard(point) {
  return said(`reached ${point}`);
}

/** Says a line to the test, and waits until the test has dealt with it. */
export async function said(line) {
  const lines = createInterface({ input: process.stdin });
  console.log(line);
  await lines.question("");
  lines.close();
}

/** What passes and is counted in the tests' summary: `told::count` in e2e/src/told.rs. */
export function count(what) {
  console.error(`counted: ${what}`);
  if (process.env.ROLLCALL_COUNTED) appendFileSync(process.env.ROLLCALL_COUNTED, `${what}\n`);
}

/** The words of the desk. */
export const DESK = {
  zh: { digits: "数字不对", next: "下一位", taken: "已登记 2 位", noCode: "没有找到二维码", other: "另一个活动", signedOut: "被主持人关上", notSignup: "不是登记用的码", keyboard: "请把键盘切换成英文", live: "用摄像头连续扫", blind: "不让网页看到画面" },
  en: { digits: "not the digits", next: "Next person", taken: "2 signed up", noCode: "no QR code", other: "another workshop", signedOut: "has closed this desk", notSignup: "not a sign-up's code", keyboard: "Switch it to English", live: "Scan with the camera", blind: "hides from pages what the camera sees" },
};

/**
 * A helper signs people up: a wrong PIN, two people by the form, one by a scanner that types through a Chinese
 * input method, two by photographs of their phones.
 */
async function desk(told) {
  const { page, server, language, pin, entries, other, look, script } = told;
  const words = { ...WORDS[language], ...DESK[language] };
  await page.goto(`${server}/desk?lang=${language}`);
  await look("pin");
  await page.fill("#pin", pin === "000000" ? "111111" : "000000");
  await page.click("button[type=submit]");
  await page.getByText(words.digits).waitFor();
  await page.fill("#pin", `${pin.slice(0, 3)} ${pin.slice(3)}`);
  await page.keyboard.press("Enter");
  await page.locator("#signup").waitFor();
  await look("desk");

  // By keyboard alone, one after the other.
  for (const [name, phone] of told.people) {
    await page.focus("#name");
    await page.keyboard.type(name);
    await page.keyboard.press("Tab");
    await page.keyboard.type(phone);
    await page.keyboard.press("Enter");
    await receipt(told, words.registered);
    if (name === told.people[0][0]) await look("receipt");
    await page.keyboard.press("Enter");
    await page.locator("#signup").waitFor();
    assert.equal(await page.inputValue("#name"), "", "nothing of the last person is left");
    assert.equal(await page.inputValue("#phone"), "");
    if (script) assert.equal(await page.evaluate(() => document.activeElement.id), "name", "the next person's name is next");
  }
  await page.locator("#taken").getByText(words.taken).waitFor();

  // A scanner types and ends with Enter.
  const scan = async (text) => {
    await page.fill("#entry", text);
    await page.focus("#entry");
    await page.keyboard.press("Enter");
  };
  await scan("http://192.168.1.20:7470/k7m2qx/j/ABCD-23456");
  await page.locator("#entry-status").getByText(words.notSignup).waitFor();
  await scan(other);
  await page.locator("#entry-status").getByText(words.other).waitFor();
  await look("refused");
  await scan(entries[0].toUpperCase());
  await page.locator("#entry-status").getByText(words.keyboard).waitFor();
  await scan(throughInputMethod(entries[0]));
  await receipt(told, words.registered);
  await page.keyboard.press("Enter");
  await page.locator("#signup").waitFor();

  // A photograph of a phone that is held askew, in a hall; of one that is held as askew as can be.
  await choose(told, await photograph(told.context));
  await page.locator("#entry-status").getByText(words.noCode).waitFor();
  for (const [entry, turned] of [[entries[1], 6], [entries[2], 45]]) {
    await choose(told, await photograph(told.context, qrCode(entry), 1, turned));
    await receipt(told, words.registered);
    if (entry === entries[1]) await look("scanned");
    await page.focus("#next");
    await page.keyboard.press("Enter");
    await page.locator("#signup").waitFor();
  }
}

/** What a Chinese input method with caps lock makes of what a scanner types. */
function throughInputMethod(text) {
  const made = { "{": "｛", "}": "｝", ":": "：", ",": "，", "/": "、" };
  const other = (sign) => (sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase());
  let open = false;
  return text.replace(/[^]/g, (sign) => (sign === '"' ? ((open = !open) ? "“" : "”") : (made[sign] ?? other(sign))));
}

/** Chooses a picture; without script it is sent by a button. */
async function choose({ page, script }, picture) {
  await page.setInputFiles("#photo", { name: "phone.png", mimeType: "image/png", buffer: picture });
  if (!script) await page.click("#send-picture");
}

/** A browser that hides from pages what pictures show: the laptop reads them, and the camera says why not. */
async function hiddenPictures(told) {
  const { page, server, language, pin, entry } = told;
  const words = { ...WORDS[language], ...DESK[language] };
  await page.goto(`${server}/desk?lang=${language}`);
  await page.fill("#pin", pin);
  await page.click("button[type=submit]");
  await page.getByRole("button", { name: words.live }).click();
  await page.locator("#entry-status").getByText(words.blind).waitFor();
  await choose(told, await photograph(told.context, qrCode(entry)));
  await receipt(told, words.registered);
}

export async function receipt({ page, script }, state) {
  await page.locator("#done h2").filter({ hasText: state }).waitFor();
  assert.match(await page.locator("#done .code").textContent(), /^[2-9A-Z]{3} [2-9A-Z]{3}$/);
  if (script) assert.equal(await page.evaluate(() => document.activeElement.id), "next");
  else await page.focus("#next");
}

const qrCode = (text) => `data:image/gif;base64,${Buffer.from(encodeQR(text, "gif", { ecc: "low", scale: 4 })).toString("base64")}`;

/**
 * A picture of a phone's screen, taken by hand: turned by so many degrees, in perspective, with light falling on
 * it.
 */
export async function photograph(context, screen, size = 1, turned = 6) {
  const camera = await context.newPage();
  await camera.setViewportSize({ width: 1200 * size, height: 1600 * size });
  const shown = screen ? `<img style="width:${620 * size}px;image-rendering:pixelated" src="${screen}">` : "";
  await camera.setContent(
    `<body style="margin:0;background:linear-gradient(120deg,#6b5a48,#cbb9a2);height:100vh;display:grid;place-items:center">
     <div style="background:#fff;padding:40px;border-radius:40px;filter:contrast(.8) brightness(.92) blur(.6px);transform:perspective(${1400 * size}px) rotateX(9deg) rotateY(-11deg) rotate(${turned}deg)">${shown}</div>`,
  );
  const picture = await camera.screenshot();
  await camera.close();
  return picture;
}

/**
 * The host ends the desk while somebody is being signed up: nothing that was typed is lost, nobody is called
 * signed up.
 */
async function deskEnded(told) {
  const { page, server, language, pin, look } = told;
  await page.goto(`${server}/desk?lang=${language}`);
  await page.fill("#pin", pin);
  await page.click("button[type=submit]");
  await page.fill("#name", "王芳");
  await page.fill("#phone", "13800138000");
  await heard("filled");
  await button(page).click();
  await page.locator("#status").getByText(DESK[language].signedOut).waitFor();
  assert.equal(await page.inputValue("#name"), "王芳");
  assert.ok(await page.locator("#done").isHidden());
  await look("ended");
}

export const stories = {
  desk,
  deskEnded,
  hiddenPictures,
  signUp,
  mistakes,
  questions,
  correct,
  cancel,
  seatless,
  message,
  noNetwork,
  notNow,
  twice,
  refusals,
  vectors,
};
