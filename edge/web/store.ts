// What the phone keeps until it is safe elsewhere: entries on their way, and the receipts of those that have arrived.
//
// Versions of this database only add: an entry that an older page wrote is read by every newer one, and the other way round.

/** A sign-up as it is posted. */
export interface Signup {
  id: string;
  filled_at: number;
  invite_code: string;
  name: string;
  phone: string;
  answers: Record<string, unknown>;
  form_version: number;
  replaces?: string;
  proof?: string;
}

/** A sign-up on its way. It carries all that sending takes, for whoever sends it. */
export interface Entry {
  id: string;
  /** Where it goes. */
  api: string;
  /** How the addresses of its workshop's receipts begin: says whose it is. */
  receipts: string;
  /** The workshop, for people. */
  title: string;
  signup: Signup;
  /** `dropped`: by the teacher's own hand, who may still take that back. */
  state: "waiting" | "refused" | "dropped";
  tries: number;
  /** The last attempt, and what it was answered with; 0 for no answer. */
  tried_at?: number;
  status?: number;
  dropped_at?: number;
  /** Not to be sent before, by the server's word. */
  not_before?: number;
  /** Since when the server does not know the code. */
  unknown_since?: number;
  /** What is wrong with it. */
  errors?: FieldError[];
}

export interface FieldError {
  field: string;
  code: string;
}

/** What the phone keeps of an entry that has arrived: masked, so that a borrowed phone tells nothing. */
export interface Receipt {
  id: string;
  /** Path of the receipt's page. */
  url: string;
  receipts: string;
  state: string;
  short_code: string;
  name: string;
  phone: string;
  at: number;
}

/** A change that is whole or not at all. */
export interface Store {
  /** Whether it outlives the page. */
  durable: boolean;
  entries(): Promise<Entry[]>;
  receipts(): Promise<Receipt[]>;
  /** Keeps an entry, in another one's place where that was mended. Returns once it is on the disk. */
  add(entry: Entry, instead?: string): Promise<void>;
  /** Changes an entry if it is still there; `undefined` deletes it. */
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<void>;
  /** It has arrived: the entry goes and its receipt comes, in one step. */
  settle(id: string, receipt: Receipt): Promise<void>;
  /** Forgets a receipt, or changes it. */
  note(receipt: Receipt, forget?: boolean): Promise<void>;
  /** Who may send, where there are no Web Locks: whether it is `owner` until then. */
  lease(owner: string, until: number): Promise<boolean>;
}

const NAME = "rollcall";
const VERSION = 1;
/** iOS has versions whose database never answers the first time. */
const OPENS_WITHIN_MS = 3000;

/** The phone's database; rejects where it is refused or silent. */
export async function durableStore(): Promise<Store> {
  const db = await open();
  const run = <T>(mode: IDBTransactionMode, work: (table: (name: string) => IDBObjectStore, done: (value: T) => void) => void) =>
    new Promise<T>((resolve, reject) => {
      // Strict: said to be kept only once the disk has it.
      const options = { durability: "strict" };
      const transaction = (db.transaction as (names: string[], mode: string, options: unknown) => IDBTransaction).call(
        db,
        ["entries", "receipts", "lease"],
        mode,
        options,
      );
      let value: T;
      transaction.oncomplete = () => resolve(value);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work((name) => transaction.objectStore(name), (result) => (value = result));
    });
  const all = <T>(name: string) =>
    run<T[]>("readonly", (table, done) => {
      const request = table(name).getAll();
      request.onsuccess = () => done(request.result as T[]);
    });
  return {
    durable: true,
    entries: () => all("entries"),
    receipts: () => all("receipts"),
    add: (entry, instead) =>
      run("readwrite", (table) => {
        if (instead) table("entries").delete(instead);
        table("entries").put(entry);
      }),
    update: (id, change) =>
      run("readwrite", (table) => {
        const request = table("entries").get(id);
        request.onsuccess = () => {
          const entry = request.result as Entry | undefined;
          const changed = entry && change(entry);
          if (changed) table("entries").put(changed);
          else if (entry) table("entries").delete(id);
        };
      }),
    settle: (id, receipt) =>
      run("readwrite", (table) => {
        table("entries").delete(id);
        table("receipts").put(receipt);
      }),
    note: (receipt, forget) =>
      run("readwrite", (table) => {
        if (forget) table("receipts").delete(receipt.id);
        else table("receipts").put(receipt);
      }),
    lease: (owner, until) =>
      run("readwrite", (table, done) => {
        const request = table("lease").get("sender");
        request.onsuccess = () => {
          const held = request.result as { owner: string; until: number } | undefined;
          const free = !held || held.owner === owner || held.until < Date.now();
          if (free) table("lease").put({ owner, until }, "sender");
          done(free);
        };
      }),
  };
}

/** Rejects where there is no room for an entry, which is found out by writing a large one: said before anybody types. */
export async function tryOut(store: Store) {
  const id = "0";
  const signup: Signup = { id, filled_at: 0, invite_code: "", name: "", phone: "", answers: { "": "0".repeat(16_384) }, form_version: 0 };
  await store.add({ id, api: "", receipts: "", title: "", signup, state: "dropped", tries: 0 });
  await store.update(id, () => undefined);
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    setTimeout(reject, OPENS_WITHIN_MS);
    const attempt = (version?: number) => {
      const request = indexedDB.open(NAME, version);
      request.onupgradeneeded = () => {
        const db = request.result;
        const has = (name: string) => db.objectStoreNames.contains(name);
        if (!has("entries")) db.createObjectStore("entries", { keyPath: "id" });
        if (!has("receipts")) db.createObjectStore("receipts", { keyPath: "id" });
        if (!has("lease")) db.createObjectStore("lease");
      };
      request.onsuccess = () => {
        const db = request.result;
        // A newer page waits for this connection to go; this one opens it again when it next needs it, by being loaded.
        db.onversionchange = () => db.close();
        resolve(db);
      };
      request.onerror = () => {
        // A newer page has been here. Versions only add, so that this one can go on with it.
        if (request.error?.name === "VersionError" && version) attempt();
        else reject(request.error);
      };
    };
    attempt(VERSION);
  });
}

/** Lasts as long as the page. */
export function passingStore(): Store {
  const entries = new Map<string, Entry>();
  const receipts = new Map<string, Receipt>();
  return {
    durable: false,
    entries: async () => Array.from(entries.values()),
    receipts: async () => Array.from(receipts.values()),
    add: async (entry, instead) => {
      if (instead) entries.delete(instead);
      entries.set(entry.id, entry);
    },
    update: async (id, change) => {
      const entry = entries.get(id);
      const changed = entry && change(entry);
      if (changed) entries.set(id, changed);
      else entries.delete(id);
    },
    settle: async (id, receipt) => {
      entries.delete(id);
      receipts.set(receipt.id, receipt);
    },
    note: async (receipt, forget) => {
      if (forget) receipts.delete(receipt.id);
      else receipts.set(receipt.id, receipt);
    },
    lease: async () => true,
  };
}
