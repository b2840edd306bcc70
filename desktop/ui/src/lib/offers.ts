/** What the view on the screen offers to do by a key, beyond what the whole window does. */

/** An act that only some views have; the texts of `?` say what each does. */
export type Offer = 'another' | 'newer' | 'first' | 'cancel' | 'restore' | 'promote';

const offers = new Map<Offer, () => void>();

/** Offers acts until the function that it returns is called: an effect returns that. */
export function offer(acts: Partial<Record<Offer, (() => void) | undefined>>): () => void {
  const given = (Object.entries(acts) as [Offer, (() => void) | undefined][]).filter(([, run]) => run);
  for (const [name, run] of given) if (run) offers.set(name, run);
  return () => {
    for (const [name, run] of given) if (offers.get(name) === run) offers.delete(name);
  };
}

/** Does it, where it is offered. */
export function take(name: Offer): void {
  offers.get(name)?.();
}
