// Requests that end: with an answer, or with the certainty that there was none in time.

/** How long a phone waits for an answer before it counts as none. The server's own limits are shorter. */
export const PATIENCE_MS = 20_000;

/** What came of a request. */
export interface Answer {
  /** The HTTP status; 0 where there was no answer. */
  status: number;
  /** The media type; empty where there was none. */
  media: string;
  /** The JSON object of the body; an empty one where there was none. */
  body: object;
  /** In how many milliseconds to ask again, by the server's word; 0 where it said nothing. */
  retryAfterMs: number;
}

/**
 * Makes a request, with a body as JSON where one is given. `id` is the sign-up's: a server that refuses it
 * names it (shared/src/problem.rs).
 */
export async function request(url: string, method: string, body?: unknown, id?: string): Promise<Answer> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const headers: Record<string, string> = body ? { "content-type": "application/json" } : {};
  if (id) headers["idempotency-key"] = `"${id}"`;
  try {
    const response = await fetch(url, {
      method,
      headers,
      signal: patience.signal,
      cache: "no-store",
      credentials: "same-origin",
      // The servers lead nobody elsewhere. A captive portal does, and shall not hear who signs up.
      redirect: "error",
      ...(body ? { body: JSON.stringify(body) } : undefined),
    });
    const said = (header: string) => response.headers.get(header) || "";
    // A date, which it may also be, counts as nothing said.
    const retryAfterMs = Math.max(Number(said("retry-after")) * 1000, 0) || 0;
    const { status } = response;
    return { status, media: said("content-type"), body: json(await response.text()), retryAfterMs };
  } catch {
    return { status: 0, media: "", body: {}, retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** A captive portal answers with a page of its own. */
function json(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
