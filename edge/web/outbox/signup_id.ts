// A sign-up's id: made before it is first sent, so that it never counts twice.

/**
 * Makes a UUID of version 4. Not by `crypto.randomUUID`: browsers hide that from plain HTTP, as at the venue.
 */
export function newId(): string {
  // 0 and 1 become four random bits, 8 becomes two behind the variant's own.
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (sign) => {
    const [random = 0] = crypto.getRandomValues(new Uint8Array(1));
    return (Number(sign) ^ (random & (15 >> (Number(sign) / 4)))).toString(16);
  });
}
