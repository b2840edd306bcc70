// How a person is shown on a phone that somebody else may hold.

/** 王*, 张*老师 → first character and stars; enough for its owner, too little for a passer-by. */
export function maskName(name: string): string {
  const letters = Array.from(name.trim());
  if (letters.length < 2) return letters.join("");
  const last = letters.length > 2 ? letters[letters.length - 1] : "";
  return letters[0] + "*".repeat(Math.min(letters.length - (last ? 2 : 1), 4)) + last;
}

/** 138••••8000 */
export function maskPhone(phone: string): string {
  const digits = phone.normalize("NFKC").replace(/[^0-9+]/g, "").replace(/^(?:\+|00)?86(?=1)/, "");
  const tail = digits.slice(-4);
  const head = digits.slice(0, Math.max(0, Math.min(digits[0] === "+" ? 4 : 3, digits.length - 4)));
  return head + "•".repeat(Math.max(0, digits.length - head.length - tail.length)) + tail;
}
