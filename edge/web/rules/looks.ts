// When a receipt's state is asked for.

/**
 * Looks so many seconds from now, which shared/src/receipt.rs says. Whoever looks again later is answered
 * then.
 */
export function lookAfter(seconds: readonly number[], look: () => void) {
  for (const after of seconds) setTimeout(look, after * 1000);
}
