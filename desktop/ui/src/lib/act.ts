/** What a person asks for by a button or a key. */
import { live } from './live.svelte';
import { say } from './notes.svelte';
import { asRefusal } from './refusal';

/**
 * Does what a person asked for, then shows the result; a refusal is told in a note. `undefined` where it was
 * refused.
 */
export async function act<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    const done = await work();
    await live.refresh();
    return done;
  } catch (refusal) {
    say.refusal(asRefusal(refusal));
    return undefined;
  }
}
