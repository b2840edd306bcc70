/** Keys for what is new in a form. The engine sees to it that none is used again (adr 30). */

/** Hands out keys that none has and none had since it was made: answers hang on them. */
export class FreshKeys {
  readonly #used: Set<string>;

  constructor(used: Iterable<string>) {
    this.#used = new Set(used);
  }

  /** A key of that letter and the next number. */
  next(letter: string): string {
    let number = 1;
    while (this.#used.has(`${letter}${number}`)) number += 1;
    const key = `${letter}${number}`;
    this.#used.add(key);
    return key;
  }
}
