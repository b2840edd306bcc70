// What every script needs of its page. Scripts say `||` where `??` would do: packed for old browsers that is
// long, and a page has 14 KB.

/**
 * Reads what the server tells this page's script: texts, patterns and addresses. See
 * shared/src/form/script.rs.
 */
export function pageData<T>(id = "page-data"): T {
  return JSON.parse(element(id).textContent || "") as T;
}

/** The element with this id, which the page has. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  return part<T>(document, `#${id}`);
}

/** The first element inside another that a selector finds, which is there. */
export function part<T extends Element = HTMLElement>(inside: ParentNode, selector: string): T {
  return inside.querySelector<T>(selector)!;
}

/** A new copy of what a template holds. */
export function copyOf(template: string): HTMLElement {
  return part(element<HTMLTemplateElement>(template).content, "*").cloneNode(true) as HTMLElement;
}

/** The page's language, for addresses and choices of words. */
export const language = document.documentElement.lang.slice(0, 2);
