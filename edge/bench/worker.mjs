// The worker as it is deployed with four routes more, for tests and benchmarks alone. They give `wrangler
// dev` this file in place of wrangler.toml's `main`: nothing here is built into the deployed worker, and no
// setting turns it on there.
import Deployed from "../build/index.js";

export * from "../build/index.js";

// Addresses and queue bodies that have passed since `listen`, for whoever looks for what must not be in them.
let passed;

// What `queue-only` sends. Its consumer has nothing to do.
const NOTHING = "rollcall bench";

export default class Bench extends Deployed {
  async fetch(request) {
    passed?.push(request.url, ...[...request.headers].map(([name, value]) => `${name}: ${value}`));
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || !pathname.startsWith("/v1/bench/")) return super.fetch(request);
    switch (pathname) {
      // Sends one message and does nothing else: the least that a sign-up can cost.
      case "/v1/bench/queue-only":
        return this.#send(NOTHING);
      // Puts the body on the queue as it is, however wrong.
      case "/v1/bench/deposit":
        return this.#send(await request.text());
      case "/v1/bench/listen":
        passed = [];
        return new Response(null, { status: 204 });
      case "/v1/bench/passed":
        return Response.json(passed);
      default:
        return super.fetch(request);
    }
  }

  queue(batch) {
    passed?.push(...batch.messages.map(({ body }) => String(body)));
    const messages = batch.messages.filter((message) => message.body !== NOTHING || message.ack());
    return super.queue({ queue: batch.queue, messages });
  }

  async #send(text) {
    await this.env.SIGNUPS.send(text, { contentType: "text" });
    return new Response(null, { status: 202 });
  }
}
