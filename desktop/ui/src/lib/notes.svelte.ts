/** The short notes at the window's foot, and what can be taken back. */
import { commands, type Durability, type Refusal, type Undo } from '../bindings';
import type { Key } from '../texts/index';
import { live } from './live.svelte';
import { asRefusal, refusalText } from './refusal';
import { t } from './text.svelte';

/** How long a note stays. What it offers to undo stays undoable with Ctrl+Z. */
const STAYS_MS = 8_000;

type Note = { id: number; text: string; detail?: string; bad?: boolean; undo?: Back };

/** A way back. */
type Back = { run: () => Promise<unknown> };

let next = 0;
const notes = $state<Note[]>([]);
const undoable: Back[] = [];

function add(note: Omit<Note, 'id'>): void {
  const id = (next += 1);
  notes.push({ id, ...note });
  if (notes.length > 3) notes.shift();
  setTimeout(() => dismiss(id), STAYS_MS);
}

function dismiss(id: number): void {
  const index = notes.findIndex((note) => note.id === id);
  if (index >= 0) notes.splice(index, 1);
}

export const say = {
  get notes(): readonly Note[] {
    return notes;
  },
  done(key: Key, values: Record<string, string | number> = {}): void {
    add({ text: t(key, values) });
  },
  /** What one has to know of a drive that does not say what is on it. */
  durability(durability: Durability): void {
    if (durability === 'unconfirmed') say.done('export.unconfirmed');
  },
  undoable({ token, what }: Undo): void {
    say.reversible(`undo.${what}`, () => commands.undo(token));
  },
  /** Something was done that can be taken back. */
  reversible(key: Key, run: () => Promise<unknown>): void {
    const undo = { run };
    undoable.push(undo);
    add({ text: t(key), undo });
  },
  refusal(refusal: Refusal): void {
    add({ text: refusalText(refusal), detail: refusal.text, bad: true });
  },
  dismiss,
};

/** Takes back one act, or the last one. */
export async function undo(back: Back | undefined = undoable.at(-1)): Promise<void> {
  if (!back) return;
  const index = undoable.findIndex((one) => one.run === back.run);
  if (index >= 0) undoable.splice(index, 1);
  const note = notes.find((one) => one.undo?.run === back.run);
  if (note) dismiss(note.id);
  try {
    await back.run();
    say.done('undo.undone');
  } catch (refusal) {
    say.refusal(asRefusal(refusal));
  }
  await live.refresh();
}
