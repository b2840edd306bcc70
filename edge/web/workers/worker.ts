// What takes a phone's processor a while, beside the page: proofs of work, and codes for the desk. Fetched when it is first needed.

import { shown } from "../entry";
import type { Task } from "../helper";
import { solve } from "../proof";

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = ({ data: { challenge, show } }: MessageEvent<Task>) => {
  if (challenge) self.postMessage(solve(challenge));
  if (show) self.postMessage(shown(show.signup, show.to, Date.now()));
};
