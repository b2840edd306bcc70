/** What the view on the screen offers to do by a key, beyond what stands in the whole window. */
const offers = new Map<string, () => void>();

/** Offers something for as long as the view is there: to be returned from an effect. */
export function offer(acts: Record<string, (() => void) | undefined>): () => void {
  const given = Object.entries(acts).filter((entry): entry is [string, () => void] => entry[1] !== undefined);
  for (const [name, run] of given) offers.set(name, run);
  return () => {
    for (const [name, run] of given) if (offers.get(name) === run) offers.delete(name);
  };
}

/** Does it, where it is offered. */
export function take(name: string): void {
  offers.get(name)?.();
}
