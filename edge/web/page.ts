// What every script needs of its page. Scripts say `||` where `??` would do: packed for old browsers that is long, and a page has 14 KB.

/** What the server tells this page's script: texts, patterns and addresses. See shared/src/form/script.rs. */
export function pageData<T>(): T {
  return JSON.parse(element("page-data").textContent || "") as T;
}

/** An element that the page has. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(id);
  return found as T;
}
