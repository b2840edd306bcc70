// Whether and when to send again: the phone's half of shared/src/retry.rs, held to it by
// shared/tests/vectors.json.

/** The bounds of the back-off, in milliseconds, rendered from shared/src/retry.rs. */
export interface BackOff {
  base_ms: number;
  cap_ms: number;
}

/**
 * Statuses below 500 that are sent again. The service worker, too, has to know them, and is told nothing by a
 * page.
 */
const RETRIED = [408, 425, 428, 429];

/** Whether an answer that is no receipt is asked for again. */
export function isRetried(status: number): boolean {
  return RETRIED.includes(status) || (status >= 500 && status < 600);
}

/**
 * Draws a delay in milliseconds: full jitter, between 0 and a bound that doubles. `random` is between 0 and
 * 1.
 */
export function delay({ base_ms, cap_ms }: BackOff, tries: number, random = Math.random()): number {
  return Math.floor(random * Math.min(base_ms * 2 ** tries, cap_ms));
}
