// The page opens without a network from now on, in both languages.

import { part } from "./page";

/** What the service worker keeps beside pages. */
export interface Files {
  service_worker: string;
  scope: string;
  worker: string;
}

/** Registers the service worker where there is one; it keeps this page if it is told to. */
export function serve(files: Files | undefined, keepsPage: boolean) {
  if (files && "serviceWorker" in navigator) addEventListener("load", () => void register(files, keepsPage));
}

async function register({ service_worker, scope, worker }: Files, keepsPage: boolean) {
  try {
    await navigator.serviceWorker.register(service_worker, { scope });
    const { active } = await navigator.serviceWorker.ready;
    const pages = [location.href, part<HTMLAnchorElement>(document, "header a").href];
    if (keepsPage && active) active.postMessage({ pages, files: [worker] });
  } catch {
    // Refused: the page works as long as it is open.
  }
}
