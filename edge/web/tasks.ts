// Work for another thread: proofs, and codes for the desk. Its script is fetched when it is first needed.

import type { EntryCode, Recipient } from "./entry_code";
import type { Signup } from "./outbox/signup";
import type { Challenge } from "./rules/proof";

/** A proof to be found. */
export interface Proving {
  prove: Challenge;
}

/** A code for the desk to be made. */
export interface Showing {
  show: Signup;
  to: Recipient;
}

/** What workers/worker.ts is asked. */
export type Task = Proving | Showing;

/** What it answers: the proof, undefined where there is none; or the code. */
export type Done<T extends Task> = T extends Proving ? string | undefined : EntryCode;

/** Gives a task to a worker of its own; rejects where its script cannot be had. */
export function ask<T extends Task>(script: string, task: T): Promise<Done<T>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script);
    const end = (done: () => void) => {
      worker.terminate();
      done();
    };
    worker.onmessage = ({ data }) => end(() => resolve(data as Done<T>));
    worker.onerror = () => end(reject);
    worker.postMessage(task);
  });
}
