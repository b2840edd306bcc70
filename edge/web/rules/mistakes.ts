// What is wrong with a field, in the server's words. The patterns come from the rules themselves:
// shared/src/mistake.rs.

/** A text in pieces; every second one is a character that was typed. */
export type Said = string[];

export interface Explained {
  /** A class of characters that are no mistake; where it is missing, all that the field's pattern takes. */
  drops?: string;
  /** Patterns and what stands for them, in order, before mistakes are looked for in NFKC. */
  folds?: [pattern: string, replacement: string][];
  mistakes: { code: string; pattern: string; needed?: number; text: string }[];
}

/**
 * The text for what was typed, which the field's own pattern has refused; `code` where the server has said
 * which. Empty where no pattern says more than the code does.
 */
export function explain(value: string, own: string, rule: Explained, code?: string): Said {
  let folded = rule.folds ? value.normalize("NFKC") : value;
  folded = folded.replace(new RegExp(rule.drops || own, "gu"), "");
  for (const [pattern, replacement] of rule.folds || []) {
    folded = folded.replace(new RegExp(pattern), replacement);
  }
  for (const mistake of rule.mistakes) {
    const match = new RegExp(mistake.pattern, "u").exec(folded);
    if (match && (!code || mistake.code === code)) return said(mistake, folded, match.groups);
  }
  // Without what was typed: the server alone knows what it means.
  const plain = rule.mistakes.filter(({ code: its, text }) => its === code && !text.includes("{"));
  return plain.map(({ text }) => text);
}

function said(mistake: Explained["mistakes"][0], folded: string, groups: { sign?: string } = {}): Said {
  const { text, needed = 0 } = mistake;
  const digits = folded.replace(/\D/g, "");
  const typed = digits.length;
  const values: Record<string, unknown> = { digits, typed, needed, missing: Math.abs(needed - typed) };
  const filled = text.replace(/\{(?!sign)(\w+)\}/g, (_, name: string) => String(values[name]));
  const [before = "", after] = filled.split("{sign}");
  return after === undefined ? [before] : [before, shown(groups.sign || ""), after];
}

/** Writes a character so that a person can read and say it: see shared/src/text.rs. */
function shown(sign: string): string {
  const number = (sign.codePointAt(0) || 0).toString(16).toUpperCase();
  return /[\p{C}\p{Z}\p{DI}\u2800]/u.test(sign) ? "U+" + number.padStart(4, "0") : sign;
}
