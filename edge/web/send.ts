// Requests that end: with an answer, or with the certainty that there was none in time.

/** How long a phone waits for an answer before it counts as none. The server's own limits are shorter. */
export const PATIENCE_MS = 20_000;

export interface Answer {
  /** The HTTP status; 0 where there was no answer. */
  status: number;
  /** The JSON of the body; undefined where there was none. */
  body: unknown;
  /** The server's word on when to ask again. */
  retryAfterMs?: number;
}

export async function request(url: string, method: string, body?: unknown): Promise<Answer> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const init: RequestInit = { method, signal: patience.signal, cache: "no-store", credentials: "same-origin" };
    if (body !== undefined) {
      init.headers = { "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    const response = await fetch(url, init);
    const text = await response.text();
    const answer: Answer = { status: response.status, body: json(text) };
    const seconds = Number(response.headers.get("retry-after"));
    if (seconds > 0) answer.retryAfterMs = seconds * 1000;
    return answer;
  } catch {
    return { status: 0, body: undefined };
  } finally {
    clearTimeout(timer);
  }
}

/** A captive portal answers with a page of its own. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
