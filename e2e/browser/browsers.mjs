// The two browsers, each as a phone of 360 × 740. Debian's own: Chromium over its DevTools protocol, Firefox
// over WebDriver BiDi.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { chromium, firefox } from "playwright-core";

const CHROMIUM = {
  executablePath: process.env.ROLLCALL_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/**
 * A browser for one story: what the story plays in, a context for looking at copies of a page without script,
 * and what is to be done at the end, the last first.
 */
export async function phone(told) {
  const settings = {
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    hasTouch: true,
    locale: told.language === "zh" ? "zh-CN" : "en-GB",
  };
  return told.browser === "firefox" ? inFirefox(told, settings) : inChromium(told, settings);
}

async function inChromium(told, settings) {
  const phone = { ...settings, colorScheme: told.scheme, reducedMotion: "reduce" };
  // Pages that come back from memory confuse the driver now and then: only where a story is about them.
  const memory = told.memory ? { ignoreDefaultArgs: ["--disable-back-forward-cache"] } : {};
  const browser = await chromium.launch({ ...CHROMIUM, ...memory });
  const ends = [() => browser.close()];
  const context = told.keepsNothing ? await keepsNothing(phone, ends) : await browser.newContext({ ...phone, javaScriptEnabled: told.script });
  return { context, inspector: await browser.newContext(phone), ends };
}

/** A phone whose owner has forbidden sites to keep anything. */
async function keepsNothing(phone, ends) {
  const profile = mkdtempSync(`${tmpdir()}/rollcall-phone-`);
  mkdirSync(`${profile}/Default`);
  writeFileSync(`${profile}/Default/Preferences`, JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const context = await chromium.launchPersistentContext(profile, { ...CHROMIUM, ...phone });
  ends.push(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }), () => context.close());
  return context;
}

/** What BiDi cannot set in this version is set by preferences, before the start. */
async function inFirefox(told, settings) {
  const browser = await firefox.launch({
    channel: "moz-firefox",
    executablePath: process.env.ROLLCALL_FIREFOX ?? "/usr/bin/firefox-esr",
    firefoxUserPrefs: {
      "layout.css.prefers-color-scheme.content-override": told.scheme === "dark" ? 0 : 1,
      "ui.prefersReducedMotion": 1,
      "javascript.enabled": told.script,
      ...(told.hidesPictures && { "privacy.resistFingerprinting": true }),
      ...(told.keepsNothing && { "network.cookie.cookieBehavior": 2 }),
      // Asks nobody for experiments, settings or updates.
      "services.settings.server": "data:,#remote-settings-dummy/v1",
      "app.normandy.enabled": false,
      "nimbus.rollouts.enabled": false,
    },
  });
  const context = await browser.newContext(settings);
  return { context, inspector: context, ends: [() => browser.close()] };
}
