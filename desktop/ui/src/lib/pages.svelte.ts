/** A list of any length, read page by page: what is on the screen, and nothing else. */
import { commands, type Show, type SignupView } from '../bindings';

/** Rows of a page. */
const PAGE = 100;

export class Pages {
  total = $state<number | null>(null);
  #rows = $state.raw(new Map<number, SignupView[]>());
  #wanted: [number, number] = [0, 0];
  /** Counts what was read anew: an older answer does not overwrite a newer one. */
  #round = 0;
  /** Pages that are being read. */
  readonly #asked = new Set<number>();

  constructor(
    readonly workshop: string,
    readonly search: string,
    readonly show: Show,
  ) {}

  /** The row at a place; `undefined` until it is read. */
  at(index: number): SignupView | undefined {
    return this.#rows.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The place of a row that is read. */
  place(id: string): number {
    for (const [page, rows] of this.#rows) {
      const index = rows.findIndex((row) => row.id === id);
      if (index >= 0) return page * PAGE + index;
    }
    return -1;
  }

  /** These places are on the screen now: reads what is missing of them. */
  want(first: number, last: number): void {
    this.#wanted = [first, last];
    const missing = this.#pages().filter((page) => !this.#rows.has(page) && !this.#asked.has(page));
    if (missing.length > 0) void this.#read(missing);
  }

  /** Reads anew what is on the screen; the rest is forgotten. */
  refresh(): void {
    void this.#read(this.#pages(), true);
  }

  #pages(): number[] {
    const [first, last] = this.#wanted.map((index) => Math.floor(Math.max(0, index) / PAGE)) as [number, number];
    return Array.from({ length: last - first + 1 }, (_, step) => first + step);
  }

  async #read(pages: number[], anew = false): Promise<void> {
    const round = anew ? (this.#round += 1) : this.#round;
    for (const page of pages) this.#asked.add(page);
    const { workshop, search, show } = this;
    const ask = (page: number) => commands.list({ workshop, search, show, offset: page * PAGE, limit: PAGE });
    const answers = await Promise.all(pages.map(async (page) => [page, await ask(page)] as const)).catch(() => null);
    for (const page of pages) this.#asked.delete(page);
    // Overtaken by a later question, or not to be read just now: the engine says when it is worth asking
    // again.
    if (!answers || (anew && round !== this.#round)) return;
    const rows = new Map(anew ? [] : this.#rows);
    for (const [page, answer] of answers) {
      rows.set(page, answer.rows);
      this.total = answer.total;
    }
    this.#rows = rows;
  }
}
