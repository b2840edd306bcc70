// How a person is shown on a phone that somebody else may hold.

/**
 * 王*, 张**明: the first sign, a star for each up to four, the last one. Enough for its owner, too little for
 * others.
 */
export function maskName(name: string): string {
  return name.replace(/\p{DI}/gu, "").trim().replace(/^(.)(.+?)(.?)$/su, (_, first: string, middle: string, last: string) => {
    return first + "*".repeat(Math.min([...middle].length, 4)) + last;
  });
}

/**
 * 138••••8000, +852••••4567: as shared/src/phone.rs does, from whatever was typed for a number that it takes.
 */
export function maskPhone(phone: string): string {
  const typed = phone.normalize("NFKC").replace(/[^0-9+]/g, "").replace(/^\+?00/, "+");
  const digits = typed.replace(/^\+?0?86(?=0?1)/, "").replace(/^0(?=1)/, "");
  return digits.replace(/^(\+?\d{3})(\d+)(\d{4})$/, (_, head: string, middle: string, tail: string) => {
    return head + "•".repeat(middle.length) + tail;
  });
}
