// Requests that end: with an answer, or with the certainty that there was none in time.

/** How long a phone waits for an answer before it counts as none. The server's own limits are shorter. */
export const PATIENCE_MS = 20_000;

/** What came of a request. */
export interface Answer {
  /** The HTTP status; 0 where there was no answer. */
  status: number;
  /** The JSON object of the body; an empty one where there was none. */
  body: object;
  /** In how many milliseconds to ask again, by the server's word; 0 where it said nothing. */
  retryAfterMs: number;
}

/** Makes a request, with a body as JSON where one is given. */
export async function request(url: string, method: string, body?: unknown): Promise<Answer> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method,
      signal: patience.signal,
      cache: "no-store",
      credentials: "same-origin",
      ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : undefined),
    });
    const text = await response.text();
    // A date, which it may also be, counts as nothing said.
    const retryAfterMs = Math.max(Number(response.headers.get("retry-after")) * 1000, 0) || 0;
    return { status: response.status, body: json(text), retryAfterMs };
  } catch {
    return { status: 0, body: {}, retryAfterMs: 0 };
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
