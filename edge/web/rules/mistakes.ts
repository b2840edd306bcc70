// What is wrong with a field, in the server's words. The patterns come from the rules themselves:
// shared/src/mistake.rs.

export interface Explained {
  /** A class of characters that mean nothing. */
  drops?: string;
  /** What stands before a number and does not count; its group stays. */
  prefix?: string;
  groups?: number[];
  mistakes: { code: string; pattern: string; needed?: number; text: string }[];
}

/**
 * The text for what was typed, which the field's own pattern has refused; `code` where the server has said
 * which.
 */
export function explain(value: string, rule: Explained, code?: string): string {
  let folded = value;
  if (rule.drops) folded = folded.normalize("NFKC").replace(new RegExp(rule.drops, "gu"), "");
  if (rule.prefix) folded = folded.replace(new RegExp(rule.prefix), "$1");
  const found = (mistake: Explained["mistakes"][0]) => new RegExp(mistake.pattern, "u").test(folded);
  const named = rule.mistakes.filter((mistake) => !code || mistake.code === code);
  const mistake = named.find(found) || named[0] || rule.mistakes[0];
  if (!mistake) return "";
  const typed = folded.replace(/\D/g, "").length;
  const needed = mistake.needed || 0;
  const numbers: Record<string, number> = { typed, needed, missing: Math.abs(needed - typed) };
  return mistake.text.replace(/\{(\w+)\}/g, (_, name: string) => String(numbers[name]));
}
