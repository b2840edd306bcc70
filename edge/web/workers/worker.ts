// What takes a phone's processor a while, beside the page: proofs of work, and codes for the desk. Fetched
// when it is first needed.

import { entryCode } from "../entry_code";
import { solve } from "../rules/proof";
import type { Task } from "../tasks";

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = ({ data: task }: MessageEvent<Task>) => {
  self.postMessage("prove" in task ? solve(task.prove) : entryCode(task.show, task.to, Date.now()));
};
