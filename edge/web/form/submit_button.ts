// A form's button while its content is on its way.

/** Says so on the button, which then takes no presses. */
export function busy(button: HTMLElement, words: string) {
  button.setAttribute("aria-disabled", "true");
  button.textContent = words;
}

/** Whether it takes no presses. */
export function isBusy(button: HTMLElement): boolean {
  return button.hasAttribute("aria-disabled");
}

/** Takes presses again. */
export function rest(button: HTMLElement, words: string | null) {
  button.removeAttribute("aria-disabled");
  button.textContent = words;
}
