// The phone's own database, read past the page.

/**
 * What waits in it; an entry's id is a sign-up's, whatever else stands there is the page's own trying out.
 * One that was deleted holds nothing and is not made by looking: the page makes it anew when it next needs
 * it, and where it needs it no more, whoever made it without its tables would wait for them for ever.
 */
export function kept(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open("rollcall");
        let isDeleted = false;
        open.onupgradeneeded = () => {
          isDeleted = true;
          open.transaction.abort();
        };
        open.onerror = () => (isDeleted ? resolve([]) : reject(open.error));
        open.onsuccess = () => {
          if (!open.result.objectStoreNames.contains("entries")) {
            open.result.close();
            resolve([]);
            return;
          }
          try {
            const all = open.result.transaction("entries").objectStore("entries").getAll();
            all.onsuccess = () => {
              open.result.close();
              resolve(all.result.filter(({ id }) => id.length === 36));
            };
          } catch (error) {
            // A story has the connection go at this very moment.
            open.result.close();
            reject(error);
          }
        };
      }),
  );
}
