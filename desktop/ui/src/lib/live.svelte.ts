/** What the window knows of the engine, kept fresh: everything on the screen is drawn from here. */
import { listen } from '@tauri-apps/api/event';

import { commands, type Deletions, type Home, type KeysSaved, type Start, type WorkshopSummary } from '../bindings';
import { view } from './view.svelte';

/**
 * Without a word from the engine the figures are read again this often: the chart moves on, addresses change.
 */
const QUIET_MS = 5_000;
/** The same while sign-ups come in. */
const BUSY_MS = 1_000;
/** The same while the engine starts. */
const STARTING_MS = 200;

class Live {
  start = $state<Start>({ state: 'starting' });
  workshops = $state.raw<WorkshopSummary[]>([]);
  chosen = $state<string | null>(localStorage.getItem('workshop'));
  home = $state.raw<Home | null>(null);
  /** Whether there is a copy of the keys. */
  keys = $state.raw<KeysSaved | null>(null);
  /** Lists that are erased soon, and that were. */
  deletions = $state.raw<Deletions>({ announced: [], done: [] });
  /** Whether the workshops are known: none then means that there is none. */
  read = $state(false);
  /** Counts up whenever lists should be read again. */
  tick = $state(0);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #again = false;

  /** Reads for as long as the window is open. */
  async watch(): Promise<void> {
    await listen('changed', () => void this.refresh());
    await this.refresh();
  }

  /** Shows another workshop. */
  choose(workshop: string): void {
    if (this.chosen !== workshop) this.home = null;
    this.chosen = workshop;
    localStorage.setItem('workshop', workshop);
    void this.refresh();
  }

  /** Shows the workshop that came last. */
  chooseNewest(): void {
    const newest = this.workshops.at(-1);
    if (newest) this.choose(newest.id);
  }

  /** The list is another one: forgets what is on the screen, and reads how far the program's new start is. */
  async startAgain(): Promise<void> {
    this.start = { state: 'starting' };
    [this.read, this.home, this.workshops] = [false, null, []];
    await this.refresh();
    this.chooseNewest();
  }

  /** Reads everything that is on the screen; asked for while it reads, it reads once more. */
  async refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    clearTimeout(this.#timer);
    do {
      this.#again = false;
      try {
        await this.#read();
      } catch (refusal) {
        // While the database cannot even be read the last figures stay, and the engine is asked again soon.
        console.warn(refusal);
      }
    } while (this.#again);
    this.#reading = false;
    this.#timer = setTimeout(() => void this.refresh(), this.#pause());
  }

  async #read(): Promise<void> {
    if (this.start.state !== 'running') this.start = await commands.start();
    if (this.start.state !== 'running') return;
    [this.workshops, this.keys, this.deletions] = await Promise.all([
      commands.workshops(),
      commands.keys_saved(),
      commands.deletions(),
    ]);
    this.read = true;
    const known = this.workshops.some((one) => one.id === this.chosen);
    if (!known) {
      // The one that was being changed is gone: it must not become another one under the person's hands.
      if (this.chosen !== null && view.page === 'edit') view.page = 'home';
      this.chosen = this.workshops.at(-1)?.id ?? null;
    }
    const asked = this.chosen;
    const home = asked ? await commands.home(asked) : null;
    if (asked === this.chosen) this.home = home;
    this.tick += 1;
  }

  #pause(): number {
    if (this.start.state === 'starting') return STARTING_MS;
    return this.home?.arrivals.some((number) => number > 0) ? BUSY_MS : QUIET_MS;
  }
}

export const live = new Live();
