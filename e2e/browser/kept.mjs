// The phone's own database, read past the page.

/**
 * What waits in it; an entry's id is a sign-up's, whatever else stands there is the page's own trying out.
 */
export function kept(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open("rollcall");
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
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
