// The service worker: a page that was seen once opens without a network, and entries are sent even after it
// was closed.
//
// It keeps pages without their seed. A seed makes the id of a form sent without script, and a page that is
// shown to two people must not make two sign-ups one; a page with script needs none.

import { attempt, CHANGED, SENDER, SYNC } from "../outbox/attempt";
import { durableStore } from "../outbox/durable_store";
import { putOffUntil, type Entry } from "../outbox/entry";
import { inviteCodeKey } from "../rules/invite_code";
import { solve } from "../rules/proof";

declare const self: ServiceWorkerGlobalScope;

/**
 * Never renamed: a new version of this file must find what the old one kept, for there may be no network to
 * fetch it again.
 */
const KEPT = "rollcall-pages";
/** Ten workshops in two languages, each also under the address that names none. */
const MOST_PAGES = 30;
/** On a network that does not answer in this time the kept page is shown. */
const PATIENCE_MS = 3000;
/** For a receipt that is longer: it exists at the server alone. */
const RECEIPT_PATIENCE_MS = 10_000;

interface SyncEvent extends ExtendableEvent {
  tag: string;
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { pages, files } = event.data as { pages: string[]; files: string[] };
  event.waitUntil(Promise.all([...pages.map(keepPage), ...files.map(keepFile)]).then(() => prune(files)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Corrections and forms without script are the network's alone; so is everything but pages and what they
  // load.
  const isOurs = request.method === "GET" && url.origin === self.location.origin;
  if (!isOurs || url.searchParams.has("replaces")) return;
  if (isFile(url)) event.respondWith(file(request));
  else if (request.mode !== "navigate") return;
  else if (/^\/j\/[^/]+$/.test(url.pathname)) event.respondWith(page(event));
  else if (url.pathname.startsWith("/r/")) event.respondWith(receipt(request, url));
});

self.addEventListener("sync", (event) => {
  if ((event as SyncEvent).tag === SYNC) (event as SyncEvent).waitUntil(sendAll());
});

/** The server's page where there is one in time, else the kept one: whatever a network says for the server. */
async function page(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const fresh = fetch(request).then(async (response) => {
    if (response.ok && isOwn(response)) event.waitUntil(keep(request.url, response.clone()));
    return response;
  });
  // Where it comes too late nobody waits for it any more.
  fresh.catch(() => undefined);
  const kept = await find(request.url);
  if (!kept) return fresh;
  const response = await inTime(fresh, PATIENCE_MS);
  return response && response.status < 500 && isOwn(response) ? response : kept;
}

/**
 * Whether an answer is the server's own: all that it answers lets nothing be loaded but what is ours
 * (shared/src/headers.rs). No captive portal's page could work so.
 */
function isOwn({ headers, redirected }: Response): boolean {
  return !redirected && /^default-src 'none'/.test(headers.get("content-security-policy") || "");
}

/**
 * Whoever leaves for a receipt just when the network goes sees on the page that they came from what this
 * phone has sent.
 */
async function receipt(request: Request, { searchParams }: URL): Promise<Response> {
  const fresh = fetch(request);
  const response = await inTime(fresh, RECEIPT_PATIENCE_MS);
  // What is kept anew goes to the end: the page that was seen last.
  const last = response && isOwn(response) ? undefined : (await (await caches.open(KEPT)).keys()).filter(isPage).pop();
  if (!last) return response ?? fresh;
  return Response.redirect(`${key(last.url, searchParams.get("lang") ?? "")}#arrived`, 303);
}

/** The answer, if it comes so soon. */
async function inTime(answer: Promise<Response>, most: number): Promise<Response | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, most));
  return Promise.race([answer, late]).catch(() => undefined);
}

/** Files have their version in their address: what is kept is right as long as a kept page asks for it. */
async function file(request: Request): Promise<Response> {
  return (await (await caches.open(KEPT)).match(request)) ?? fetch(request);
}

async function keepPage(url: string) {
  const response = await fetch(url, { cache: "no-store", credentials: "same-origin" });
  if (response.ok && isOwn(response)) await keep(url, response);
}

async function keepFile(url: string) {
  const cache = await caches.open(KEPT);
  if (await cache.match(url)) return;
  const response = await fetch(url, { cache: "no-store" });
  const isScript = /javascript/.test(response.headers.get("content-type") || "");
  if (response.ok && isScript && isOwn(response)) await cache.put(url, response);
}

/**
 * Forgets the pages that were seen longest ago, and the files that no kept page asks for, nor the one that is
 * open.
 */
async function prune(inUse: string[]) {
  const cache = await caches.open(KEPT);
  // In the order in which they were kept, the last one last: what is kept anew goes to the end.
  const kept = await cache.keys();
  const pages = kept.filter(isPage);
  const textOf = async (page: Request) => (await cache.match(page))?.text();
  const texts = await Promise.all(pages.splice(-MOST_PAGES).map(textOf));
  const unused = kept.filter(({ url }) => {
    const { pathname, search } = new URL(url);
    const address = pathname + search;
    return isFile({ pathname }) && ![...texts, ...inUse].some((text) => text?.includes(address));
  });
  await Promise.all([...pages, ...unused].map((old) => cache.delete(old)));
}

const isPage = ({ url }: Request) => !isFile(new URL(url));
const isFile = ({ pathname }: { pathname: string }) => pathname.startsWith("/j/-/");

async function keep(url: string, response: Response) {
  const html = await response.text();
  // Without the form it is not worth keeping.
  if (!html.includes('id="signup"')) return;
  const kept = html
    .replace(/(<input type="hidden" name="seed" value=")[^"]*/, "$1")
    .replace("<html ", `<html data-kept="${Date.now()}" `);
  const cache = await caches.open(KEPT);
  const { headers } = response;
  const language = /<html [^>]*lang="(..)/.exec(html)?.[1] ?? "";
  // Under the address that names its language as well as under the one by which it came.
  await cache.put(key(url, language), new Response(kept, { headers }));
  await cache.put(key(url), new Response(kept, { headers }));
}

async function find(url: string): Promise<Response | undefined> {
  const cache = await caches.open(KEPT);
  // In its language, else in any.
  return (await cache.match(key(url))) ?? (await cache.match(key(url), { ignoreSearch: true }));
}

/** One for every way in which people type a code. */
function key(address: string, language?: string): string {
  const url = new URL(address, self.location.origin);
  const lang = language ?? url.searchParams.get("lang");
  const code = inviteCodeKey(decodeURIComponent(url.pathname.slice(3)));
  return `/j/${code}${lang ? `?lang=${lang}` : ""}`;
}

/** Rejects while something still waits: the browser then wakes this again by its own back-off. */
async function sendAll() {
  const store = durableStore();
  const waiting = await navigator.locks.request(SENDER, async () => {
    const now = Date.now();
    const isDue = (entry: Entry) => entry.state === "waiting" && putOffUntil(entry, now) <= now;
    const due = (await store.entries()).filter(isDue);
    for (const entry of due) {
      // What one comes to keeps no other back.
      await attempt(store, entry, async (challenge) => solve(challenge)).catch(() => undefined);
    }
    return (await store.entries()).some(({ state }) => state === "waiting");
  });
  new BroadcastChannel(CHANGED).postMessage("");
  if (waiting) throw new Error("not all of it has gone out");
}
