// When a receipt's state is asked for.

/** In seconds after it came, and after it was cancelled. Whoever looks again later is answered then. */
export const LOOKS_S: readonly number[] = [2, 5, 15, 60];

/** Looks so many seconds from now. */
export function lookAfter(seconds: readonly number[], look: () => void) {
  for (const after of seconds) setTimeout(look, after * 1000);
}
