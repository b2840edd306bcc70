// Work for another thread: proofs, and codes for the desk. Its script is fetched when it is first needed.

import type { Recipient } from "./entry";
import type { Challenge } from "./proof";
import type { Signup } from "./store";

/** What workers/worker.ts is asked. */
export interface Task {
  challenge?: Challenge;
  show?: { signup: Signup; to: Recipient };
}

/** Gives a task to a worker of its own; rejects where its script cannot be had. */
export function ask<T>(script: string, task: Task): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script);
    const end = (done: () => void) => {
      worker.terminate();
      done();
    };
    worker.onmessage = ({ data }) => end(() => resolve(data as T));
    worker.onerror = () => end(reject);
    worker.postMessage(task);
  });
}
