// Where a field's mistake is said: under it, and to whoever listens to the page.

import type { Said } from "../rules/mistakes";

/** Whether a field's mistake is shown. */
export function isShown(field: HTMLElement): boolean {
  const place = placeOf(field);
  return !!place && !!place.textContent;
}

/** Shows what is wrong with a field, and large what was typed; nothing where it is empty. */
export function showMistake(field: HTMLElement, mistake: Said) {
  const place = placeOf(field);
  // Written only when it changes, so that it is read aloud once.
  if (place && place.textContent !== mistake.join("")) {
    place.textContent = "";
    mistake.forEach((text, nth) => {
      place.appendChild(document.createElement(nth % 2 ? "b" : "span")).textContent = text;
    });
  }
  if (field instanceof HTMLInputElement) {
    if (mistake[0]) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

/** Says nothing while somebody types for the first time; once a mistake is shown it follows every key. */
export function watch(field: HTMLElement, mistakeIn: (field: HTMLElement) => Said) {
  let left = false;
  const look = () => showMistake(field, mistakeIn(field));
  field.addEventListener("input", () => {
    if (left || isShown(field)) look();
  });
  field.addEventListener("change", () => {
    left = !(field instanceof HTMLInputElement) || !!field.value;
    if (left) look();
  });
}

/** Goes to a field, and to its label as well, above the keyboard. */
export function goTo(field: HTMLElement) {
  (field instanceof HTMLInputElement ? field : field.querySelector("input") || field).focus();
  (field.closest(".field") || field).scrollIntoView({ block: "nearest" });
}

function placeOf(field: HTMLElement): HTMLElement | null {
  return document.getElementById(field.id + "-error");
}
