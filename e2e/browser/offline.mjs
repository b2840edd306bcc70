// Plays a run of the outbox in a Chromium of its own, on a profile that outlives it: the steps come from the
// test's seed, and so does the line between this phone and the edge. After every step what people see is told
// to the test, which knows what the server has taken.
//
//   node offline.mjs
// '{"server":"http://…","code":"ABCD-23456","profile":"/tmp/…","language":"zh","steps":[…]}'
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { kept as keptIn } from "./kept.mjs";
import { STORAGE, rememberConnections } from "./storage.mjs";

const told = JSON.parse(process.argv[2]);
const address = `${told.server}/j/${told.code}?lang=${told.language}`;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
/** Milliseconds until the page has opened, on the worst of lines. */
const OPENS_WITHIN = 40_000;
/** Ids of all sign-ups that were kept on this phone. */
const ids = new Set();
const complaints = [];
let phone;

setTimeout(() => fail("the run did not come to an end"), 140_000).unref();
try {
  phone = await start();
  await phone.open();
  await until("the page can be opened without a network", () =>
    phone.page.evaluate(async () => (await (await caches.open("rollcall-pages")).keys()).length === 3),
  );
  for (const step of told.steps) await play(step);
  // The network is back, for good: everything goes out, without anybody's doing.
  await phone.open();
  await tell({ line: "mend" });
  await until("everything has arrived", async () => {
    await look();
    return (await kept()).length === 0;
  });
  assert.deepEqual(complaints, [], "what the page complained of");
  await tell({ ids: [...ids] });
} catch (error) {
  fail(error.stack);
}
phone?.kill();
process.exit(0);

function fail(why) {
  console.error(why);
  phone?.kill();
  process.exit(1);
}

async function play({ do: what, ...step }) {
  if (process.env.ROLLCALL_STEPS) console.error(what, JSON.stringify(step));
  if (what === "line") await tell(step);
  if (what === "sign_up") await signUp(step);
  if (what === "reload") await phone.open();
  if (what === "back") await back();
  if (what === "tab") await phone.tab();
  if (what === "storage") await storageGoes(step);
  if (what === "reload_at_once") await phone.page.reload({ waitUntil: "commit", timeout: 2000 }).catch(() => undefined);
  if (what === "kill") {
    // At once, as a dead battery does.
    await pause(step.after);
    phone.kill();
    phone = await start();
    await phone.open();
  }
  if (what === "send_now") await phone.page.locator("button.now:visible").first().click({ timeout: 500 }).catch(() => undefined);
  await look();
}

/** Fills the form in and presses, once or twice. From here on the sign-up must not get lost. */
async function signUp({ name, phone: number, taps, reload_after }) {
  const { page } = phone;
  await until("the form is filled in", async () => {
    try {
      // The one before is on its way for a while, and may take this page to its receipt at any moment.
      if (!page.url().startsWith(`${told.server}/j/`)) await phone.open();
      if (await page.locator("#signup [aria-disabled]").count()) return false;
      const another = page.locator("#another");
      if (await another.isVisible()) {
        await another.click({ timeout: 500 });
        // The page goes to the name by itself, and not while somebody types.
        await page.waitForFunction(() => document.activeElement.id === "name", undefined, { timeout: 500 });
      }
      await page.fill("#name", name, { timeout: 500 });
      await page.fill("#phone", number, { timeout: 500 });
      return true;
    } catch {
      // It makes way for what waits at this very moment.
      return false;
    }
  });
  const press = (taps) => {
    const button = document.querySelector("#signup button[type=submit]");
    for (let tap = 0; tap < taps; tap++) button.click();
  };
  await page.evaluate(press, taps);
  if (reload_after !== undefined) {
    await pause(reload_after);
    await page.reload({ waitUntil: "load", timeout: 20_000 }).catch(() => undefined);
  }
  await until(`${name} is kept or has arrived`, async () => {
    const all = [...(await kept()).map(({ signup }) => signup.phone), ...phone.sent].map(digits);
    if (all.includes(digits(number))) return true;
    // Loaded again before it was kept: what was typed stands there, and the person presses again.
    const isTyped = (await page.inputValue("#phone", { timeout: 500 }).catch(() => "")) !== "";
    if (reload_after !== undefined && isTyped) await page.evaluate(press, 1).catch(() => undefined);
    return false;
  });
}

/** The storage goes under a page that shows all that is in it. */
async function storageGoes({ how }) {
  const { page } = phone;
  if (!page.url().startsWith(`${told.server}/j/`)) await phone.open();
  const waiting = (await kept()).map(({ signup }) => digits(signup.phone));
  const shown = await page.locator("#entries .card, #signup [aria-disabled]").count().catch(() => 0);
  if (how === "cleared" && shown < waiting.length) return;
  await page.evaluate(STORAGE[how]).catch(() => undefined);
  if (how !== "cleared") return;
  // Who closes the page as well, before it has written anew what it knows, has thrown it away.
  await until("what waits is kept again", async () => {
    const there = [...(await kept()).map(({ signup }) => signup.phone), ...phone.sent].map(digits);
    return waiting.every((number) => there.includes(number));
  });
}

function digits(number) {
  return number.replace(/\D/g, "");
}

async function back() {
  await phone.page.goBack({ waitUntil: "domcontentloaded", timeout: 5000 }).catch(() => undefined);
  if (!phone.page.url().startsWith(told.server)) await phone.open();
}

/** Tells what is shown as received or better. */
async function look() {
  const shown = new Set();
  for (const page of phone.pages()) {
    const links = await page
      .evaluate(() => {
        const cards = document.querySelectorAll(".card.received a.open, .card.registered a.open, .card.waitlisted a.open, #receipts a");
        return [location.href, ...Array.from(cards, (link) => link.href)];
      })
      .catch(() => []);
    for (const link of links) {
      const id = /\/r\/[^/]+\/([0-9a-f-]{36})\./.exec(link)?.[1];
      if (id) shown.add(id);
    }
  }
  await tell({ shown: [...shown] });
}

/** What waits on this phone; what is on the way to a receipt meanwhile is no entry any more. */
async function kept() {
  for (;;) {
    // A line that is cut while the page leaves for its receipt leaves the browser's own page, which keeps
    // nothing.
    if (!phone.page.url().startsWith(told.server)) await phone.open();
    const entries = await keptIn(phone.page).catch(() => undefined);
    // The page was just left for another.
    if (!entries) {
      await pause(20);
      continue;
    }
    for (const { id } of entries) ids.add(id);
    return entries;
  }
}

async function until(what, condition) {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `waited in vain: ${what}; ${JSON.stringify(await kept())}`);
    await pause(50);
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Says something to the test and waits until it has dealt with it. */
async function tell(what) {
  console.log(JSON.stringify(what));
  await lines.next();
}

/** A browser on this run's profile. */
async function start() {
  const flags = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", `--user-data-dir=${told.profile}`, "about:blank",
  ];
  // A group of its own: SIGKILL takes all of it.
  const program = spawn(process.env.ROLLCALL_CHROMIUM ?? "/usr/bin/chromium", flags, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const endpoint = await new Promise((resolve, reject) => {
    let text = "";
    program.stderr.on("data", (data) => {
      text += data;
      const found = /DevTools listening on (\S+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
    program.on("exit", () => reject(new Error(`Chromium ended: ${text}`)));
  });
  const browser = await chromium.connectOverCDP(endpoint);
  const context = browser.contexts()[0];
  const sent = [];
  const made = {
    page: context.pages()[0] ?? (await context.newPage()),
    /** Numbers of all sign-ups that were sent. */
    sent,
    pages: () => context.pages(),
    /** By the network or without it: whoever was here once has the page. */
    async open() {
      const deadline = Date.now() + OPENS_WITHIN;
      for (;;) {
        try {
          await made.page.goto(address, { waitUntil: "load" });
          await made.page.locator("#signup, #entries").first().waitFor({ state: "attached", timeout: 5000 });
          return;
        } catch (error) {
          if (Date.now() > deadline) throw error;
          // A page that is on its way elsewhere ends one's own navigation, in no time and for as long as it
          // takes.
          await pause(300);
        }
      }
    },
    async tab() {
      made.page = await context.newPage();
      watch(made.page);
      await made.open();
    },
    kill() {
      process.kill(-program.pid, "SIGKILL");
    },
  };
  const watch = (page) => {
    void page.addInitScript(rememberConnections);
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (request.method() !== "POST" || !request.url().endsWith("/v1/signups")) return;
      const { id, phone } = JSON.parse(request.postData() ?? "{}");
      ids.add(id);
      sent.push(phone);
    });
  };
  watch(made.page);
  // Left over from before the last end.
  process.once("exit", () => {
    try {
      made.kill();
    } catch {
      // It has ended.
    }
  });
  return made;
}
