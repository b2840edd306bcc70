// What tests make go wrong behind the worker: its bindings and its clock, each wrapped. One isolate runs the
// worker and its objects, so that a switch reaches all of them.

const nothing = { queue: null, kv_get: null, kv_put: null, objects: null, clock_ms: 0 };
const switches = { ...nothing };
const counts = { queue_sends: 0, kv_gets: 0, kv_puts: 0 };

// Sets some of the switches; the others stay. `{ reset: true }` mends everything.
export function set(wanted) {
  const { reset, ...some } = wanted;
  Object.assign(switches, reset ? nothing : {}, some);
}

// How often each binding was used since the isolate began.
export const counted = () => counts;

const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(RealDate.now() + switches.clock_ms);
  }

  static now() {
    return RealDate.now() + switches.clock_ms;
  }
};

// As `fault` says: "fails" throws, "hangs" never answers, "loses its answer" does what it is asked and does
// not say so; anything else goes through.
function played(fault, through) {
  const silence = () => new Promise(() => {});
  if (fault === "fails") return Promise.reject(new Error("played by a test"));
  if (fault === "hangs") return silence();
  if (fault === "loses its answer") return through().then(silence);
  return through();
}

// The binding with some of its methods replaced. Everything else is its own, its constructor's name included,
// by which workers-rs knows it.
function instead(binding, methods) {
  return new Proxy(binding, {
    get(of, name) {
      if (Object.hasOwn(methods, name)) return methods[name];
      const own = of[name];
      return typeof own === "function" && name !== "constructor" ? own.bind(of) : own;
    },
  });
}

// The environment with every binding in the hands of the switches.
export function wrapped(env) {
  return {
    ...env,
    SIGNUPS: instead(env.SIGNUPS, {
      send(...message) {
        counts.queue_sends += 1;
        return played(switches.queue, () => env.SIGNUPS.send(...message));
      },
    }),
    CACHE: instead(env.CACHE, {
      get(...asked) {
        counts.kv_gets += 1;
        if (switches.kv_get === "is empty") return Promise.resolve(null);
        return played(switches.kv_get, () => env.CACHE.get(...asked));
      },
      put(...given) {
        counts.kv_puts += 1;
        return played(switches.kv_put, () => env.CACHE.put(...given));
      },
    }),
  };
}

// An object's class behind the switches, with one request more: `bench-alarm` does what the runtime would do
// at this moment of the moved clock, and says when the alarm was due.
export function object(Deployed) {
  return class {
    #context;
    #deployed;

    constructor(context, env) {
      this.#context = context;
      this.#deployed = new Deployed(context, wrapped(env));
    }

    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/bench-alarm") return this.#ring();
      const deposits = pathname === "/Deposit";
      return played(deposits ? switches.objects : null, () => this.#deployed.fetch(request));
    }

    alarm() {
      return this.#deployed.alarm();
    }

    webSocketMessage(...event) {
      return this.#deployed.webSocketMessage(...event);
    }

    webSocketClose(...event) {
      return this.#deployed.webSocketClose(...event);
    }

    webSocketError(...event) {
      return this.#deployed.webSocketError(...event);
    }

    async #ring() {
      const { storage } = this.#context;
      const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
      const due = await storage.getAlarm();
      const rings = due !== null && due <= Date.now();
      if (rings) {
        await storage.deleteAlarm();
        await this.#deployed.alarm();
      }
      // The runtime's and the emulator's own are no concern of ours.
      const named = tables.map(({ name }) => name).filter((name) => !name.startsWith("_"));
      return Response.json({ due, rings, tables: named });
    }
  };
}
