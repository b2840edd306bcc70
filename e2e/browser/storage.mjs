// What becomes of a page's storage: each is played in the page.

/** Keeps account of the page's connections to it; for `addInitScript`. */
export function rememberConnections() {
  const { open } = IDBFactory.prototype;
  globalThis.connections = [];
  IDBFactory.prototype.open = function (...what) {
    const opening = open.apply(this, what);
    opening.addEventListener("success", () => globalThis.connections.push(opening.result));
    return opening;
  };
}

/** By name; the page's connections are known. */
export const STORAGE = {
  /** As iPhones do in the background: nothing is told, whatever is tried next fails. */
  dropped: () => globalThis.connections.forEach((db) => db.close()),
  /** Every other act finds the connection gone. */
  flaky: () => {
    const { transaction } = IDBDatabase.prototype;
    let acts = 0;
    IDBDatabase.prototype.transaction = function (...what) {
      if (++acts % 2) this.close();
      return transaction.apply(this, what);
    };
  },
  /** A page of a later version makes the database its own. */
  upgraded: () =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open("rollcall", Date.now());
      opening.onupgradeneeded = () => opening.result.createObjectStore(`later ${Date.now()}`);
      opening.onsuccess = () => resolve(opening.result.close());
      opening.onerror = () => reject(opening.error);
    }),
  /** What sites keep is cleared. */
  cleared: () =>
    new Promise((resolve, reject) => {
      const deleting = indexedDB.deleteDatabase("rollcall");
      deleting.onsuccess = resolve;
      deleting.onerror = reject;
    }),
  /** It is gone for good. */
  broken: () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("Internal error", "UnknownError");
    };
    globalThis.connections.forEach((db) => db.close());
  },
  /** It never answers again. */
  silent: () => {
    IDBFactory.prototype.open = () => ({});
    globalThis.connections.forEach((db) => db.close());
  },
  /** The disk is full. */
  full: () => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("The disk is full", "QuotaExceededError");
    };
  },
};
