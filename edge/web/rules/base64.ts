// Bytes as base64 without padding, in both alphabets. Browsers have `btoa` for texts of bytes alone.

/** Writes base64 with `+` and `/`, of some kilobytes at most. */
export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

/** Writes a text's UTF-8 in the alphabet of addresses. */
export function base64url(text: string): string {
  return base64(new TextEncoder().encode(text)).replace(/\+/g, "-").replace(/\//g, "_");
}

/** Reads what {@link base64url} wrote; throws where it is none. */
export function fromBase64url(text: string): string {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (sign) => sign.charCodeAt(0)));
}
