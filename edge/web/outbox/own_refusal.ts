// Whether a refusal is the server's own. Between a phone and its server networks answer as well: captive
// portals, filters, a hall's router.

import type { Answer } from "./request";

/**
 * Whether it is surely the server's own word about this very sign-up: problem details of a kind that is ours
 * (shared/src/problem.rs), which name it.
 */
export function isOwnRefusal({ status, media, body }: Answer, id: string): boolean {
  const problem = body as { type?: unknown; status?: unknown; code?: unknown; instance?: unknown };
  return (
    /^application\/problem\+json\b/.test(media) &&
    problem.type === `urn:rollcall:problem:${problem.code}` &&
    problem.status === status &&
    problem.instance === `urn:uuid:${id}`
  );
}
