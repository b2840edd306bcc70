// The code in a form's address.

/**
 * One key for every way in which people type a code that shared/src/invite_code.rs takes: signs alone, in
 * capitals.
 */
export function inviteCodeKey(typed: string): string {
  return typed.normalize("NFKC").toUpperCase().replace(/[^A-Z0-9]/g, "");
}
