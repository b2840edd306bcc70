// A sign-up that goes on foot: in the fragment of the venue page's address, which no server is told.

import type { Typed } from "./memory";
import type { Signup } from "./store";

/** The fragment that carries it. */
export function fragment(signup: Signup): string {
  return `#entry=${base64url(JSON.stringify(signup))}`;
}

/** What a fragment carries for the workshop with this code; undefined where it is none of ours. */
export function carried(fragment: string, code: string): (Typed & Pick<Signup, "id" | "filled_at" | "form_version">) | undefined {
  try {
    const { id, filled_at, form_version, name, phone, answers, invite_code } = JSON.parse(text(/^#entry=([\w-]+)$/.exec(fragment)![1]!)) as Signup;
    if (!/^[0-9a-f-]{36}$/.test(id) || typeof name !== "string" || typeof phone !== "string" || invite_code !== code) return undefined;
    return { id, filled_at: Number(filled_at), form_version: Number(form_version), name, phone, answers: answers || {} };
  } catch {
    return undefined;
  }
}

function base64url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function text(base64url: string): string {
  const binary = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (sign) => sign.charCodeAt(0)));
}
