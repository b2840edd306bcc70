// Plays one story in a real browser as a phone of 360 × 740 and says by its exit code whether it went as
// told.
//
//   node run.mjs '{"story":"signUp","server":"http://…","code":"ABCD-23456","browser":"firefox", …}'
//
// In every story: nothing is asked of anybody but the server, no script fails, no policy is violated; and
// wherever a story looks, axe finds nothing, nothing is wider than the phone even with text at 200 %, and all
// targets are large enough.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { phone } from "./browsers.mjs";
import * as earlier from "./earlier.mjs";
import * as network from "./network.mjs";
import * as outbox from "./outbox.mjs";
import * as phones from "./phones.mjs";
import { stories } from "./stories.mjs";
import * as verdicts from "./verdicts.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** CSS pixels: what a thumb hits. */
const TARGET = 44;

const told = { browser: "chromium", language: "zh", scheme: "light", script: true, ...JSON.parse(process.argv[2]) };
/** No story takes longer; a browser that hangs is a failure that says so. */
setTimeout(() => {
  console.error("the story did not come to an end");
  process.exit(1);
}, 140_000).unref();
const { context, inspector, ends } = await phone(told);
try {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const requests = watch(page, [told.server, told.venue ?? told.server].map((url) => new URL(url).origin));
  const story = { ...stories, ...outbox, ...network, ...phones, ...verdicts, ...earlier }[told.story];
  await story({ page, context, requests, look: (name) => look(page, inspector, name), ...told }).catch(async (error) => {
    console.error(`at the end ${page.url()} shows:`, await page.innerText("body", { timeout: 5000 }).catch(String));
    throw error;
  });
  assert.deepEqual(requests.strangers, [], "requests to others");
  assert.deepEqual(requests.complaints, [], "what the page complained of");
} finally {
  for (const end of ends.reverse()) await end();
}
process.exit(0);

/** Keeps account of what the page asks for and complains of. */
function watch(page, origins) {
  let loaded = false;
  page.once("load", () => (loaded = true));
  const seen = { all: [], toUsable: [], strangers: [], complaints: [] };
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "data:") return;
    if (!loaded) seen.toUsable.push(url.pathname);
    seen.all.push({ method: request.method(), path: url.pathname, body: request.postData() });
    if (!origins.includes(url.origin)) seen.strangers.push(request.url());
  });
  const complain = (text) => {
    // Taking a picture, of a code for the desk too, tries a style of the driver's own, which Firefox holds
    // against the page's policy. Chromium sees to it that the page itself keeps to it.
    if (told.browser === "firefox" && text.includes("style-src-elem")) return;
    // Where nothing may be kept Firefox says so of the service worker, and the page does without.
    if (told.keepsNothing && text.startsWith("Failed to register/update a ServiceWorker")) return;
    seen.complaints.push(text);
  };
  page.on("pageerror", (error) => complain(String(error)));
  page.on("console", (message) => {
    // A refusal that the page deals with is an error to the browser's console all the same.
    const refusal = /^Failed to load resource/.test(message.text());
    if (message.type() === "error" && !refusal) complain(message.text());
  });
  return seen;
}

async function look(shown, inspector, name) {
  // Firefox without script runs nobody's timers, so that no picture comes and no script looks; Chromium does
  // both there.
  const canLook = told.script || told.browser !== "firefox";
  if (process.env.ROLLCALL_SCREENSHOTS && canLook) {
    mkdirSync(process.env.ROLLCALL_SCREENSHOTS, { recursive: true });
    const browser = told.browser === "chromium" ? "" : told.browser;
    const file = [told.story, name, told.language, told.scheme, told.script ? "script" : "plain", told.path, browser].filter(Boolean);
    await shown.screenshot({ path: `${process.env.ROLLCALL_SCREENSHOTS}/${file.join("-")}.png`, fullPage: true });
  }
  // axe is a script itself: a page without any is looked at in a copy.
  const page = told.script || !canLook ? shown : await copyOf(shown, inspector);
  if (canLook) await assertAccessible(page, name);

  const small = await page.evaluate((least) => {
    const targets = [...document.querySelectorAll("a, button, input:not([type=hidden]), label.option")];
    const visible = targets.filter((target) => target.checkVisibility() && !target.closest("label.option *"));
    const size = (target) => target.getBoundingClientRect();
    return visible
      .filter((target) => !target.matches(".option input") && size(target).height < least)
      .map((target) => target.outerHTML.slice(0, 120));
  }, TARGET);
  assert.deepEqual(small, [], `targets lower than ${TARGET} px, ${name}`);

  for (const size of ["100%", "225%"]) {
    const wide = await page.evaluate((size) => {
      document.documentElement.style.fontSize = size === "100%" ? "" : size;
      const { scrollWidth, clientWidth } = document.documentElement;
      document.documentElement.style.fontSize = "";
      return scrollWidth - clientWidth;
    }, size);
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone with text at ${size}`);
  }
}

async function assertAccessible(page, name) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  assert.deepEqual(found, [], `axe, ${name}`);
}

async function copyOf(shown, inspector) {
  const copy = await inspector.newPage();
  const html = await shown.content();
  await copy.setContent(html.replace(/<script[^]*?<\/script>/g, "").replace(/<\/?noscript>/g, ""));
  return copy;
}
