// A sign-up that goes on foot: in the fragment of the venue page's address, which no server is told.

import type { Typed } from "../form/memory";
import type { Signup } from "../outbox/signup";
import { base64url, fromBase64url } from "../rules/base64";

/** What of a sign-up goes on under its own id, as long as it is the same. */
export type Carried = Typed & Pick<Signup, "id" | "filled_at" | "form_version">;

/** Writes the fragment that carries it. */
export function fragment(signup: Signup): string {
  return `#entry=${base64url(JSON.stringify(signup))}`;
}

/** Reads what a fragment carries for the workshop with this code; undefined where it is none of ours. */
export function carried(fragment: string, code: string): Carried | undefined {
  try {
    const [, entry = ""] = /^#entry=([\w-]+)$/.exec(fragment) || [];
    const signup = JSON.parse(fromBase64url(entry)) as Signup;
    const { id, filled_at, form_version, name, phone, answers, invite_code } = signup;
    const isText = typeof name === "string" && typeof phone === "string";
    if (!/^[0-9a-f-]{36}$/.test(id) || !isText || invite_code !== code) return undefined;
    return {
      id,
      filled_at: Number(filled_at),
      form_version: Number(form_version),
      name,
      phone,
      answers: answers || {},
    };
  } catch {
    return undefined;
  }
}
