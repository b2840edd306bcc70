/** The short notes at the window's foot, and what can be taken back. */
import { commands, type Refusal, type Undo } from '../bindings';
import type { Key } from '../texts/index';
import { desk, asRefusal } from './desk.svelte';
import { hasText, t } from './text.svelte';

/** How long a note stays. What it offers to undo stays undoable with Ctrl+Z. */
const STAYS_MS = 8_000;

type Note = { id: number; text: string; detail?: string; bad?: boolean; undo?: string };

let next = 0;
const notes = $state<Note[]>([]);
const undoable: string[] = [];

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

/** The refusal's text in the window's language: about its field, where there is one. */
export function refusalText({ code, field }: Refusal): string {
  const about = `error.${code}.${field}`;
  const general = `error.${code}`;
  return t(hasText(about) ? about : hasText(general) ? general : 'error.unknown');
}

export const say = {
  get notes(): readonly Note[] {
    return notes;
  },
  done(key: Key, values: Record<string, string | number> = {}): void {
    add({ text: t(key, values) });
  },
  undoable({ token, what }: Undo): void {
    undoable.push(token);
    add({ text: t(`undo.${what}`), undo: token });
  },
  refusal(refusal: Refusal): void {
    add({ text: refusalText(refusal), detail: refusal.text, bad: true });
  },
  dismiss,
};

/** Takes back one act, or the last one. */
export async function undo(token: string | undefined = undoable.at(-1)): Promise<void> {
  if (!token) return;
  const index = undoable.indexOf(token);
  if (index >= 0) undoable.splice(index, 1);
  const note = notes.find((one) => one.undo === token);
  if (note) dismiss(note.id);
  try {
    await commands.undo(token);
    say.done('undo.undone');
  } catch (refusal) {
    say.refusal(asRefusal(refusal));
  }
  await desk.refresh();
}
