// The worker as it is deployed with some routes more, for tests and benchmarks alone. They give `wrangler
// dev` this file in place of wrangler.toml's `main`: nothing here is built into the deployed worker, and no
// setting turns it on there.
import Deployed, * as built from "../build/index.js";
import * as faults from "./faults.mjs";

export * from "../build/index.js";
export const Workshop = faults.object(built.Workshop);
export const InviteCode = faults.object(built.InviteCode);
export const LostMail = faults.object(built.LostMail);

// Addresses and queue bodies that have passed since `listen`, for whoever looks for what must not be in them.
let passed;

// What `queue-only` sends. Its consumer has nothing to do.
const NOTHING = "rollcall bench";

export default class Bench extends Deployed {
  async fetch(request) {
    passed?.push(request.url, ...[...request.headers].map(([name, value]) => `${name}: ${value}`));
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "POST" || !pathname.startsWith("/v1/bench/")) {
      return super.fetch.call(this.#behind(), request);
    }
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
      // Makes something fail, or mends it.
      case "/v1/bench/faults":
        faults.set(await request.json());
        return Response.json(faults.counted());
      // Lets an object's alarm ring if it is due by now: ?class=WORKSHOP&name=…
      case "/v1/bench/alarm": {
        const object = this.env[searchParams.get("class")].getByName(searchParams.get("name"));
        return object.fetch("https://object/bench-alarm");
      }
      default:
        return super.fetch.call(this.#behind(), request);
    }
  }

  queue(batch) {
    passed?.push(...batch.messages.map(({ body }) => String(body)));
    const messages = batch.messages.filter((message) => message.body !== NOTHING || message.ack());
    return super.queue.call(this.#behind(), { queue: batch.queue, messages });
  }

  // What the deployed worker reads of its entry point.
  #behind() {
    return { env: faults.wrapped(this.env), ctx: this.ctx };
  }

  async #send(text) {
    await this.env.SIGNUPS.send(text, { contentType: "text" });
    return new Response(null, { status: 202 });
  }
}
