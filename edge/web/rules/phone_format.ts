// A mainland number is grouped while it is typed, 138 0013 8000, without fighting the caret.

/** Groups a field's digits at every input. */
export function formatWhileTyping(field: HTMLInputElement, groups: number[]) {
  field.addEventListener("input", (event) => {
    if ((event as InputEvent).isComposing) return;
    const { value } = field;
    const grouped = group(value, groups);
    if (grouped === value) return;
    const caret = field.selectionStart || 0;
    const isAtEnd = caret === value.length;
    const place = isAtEnd ? grouped.length : placeAfter(grouped, digitsOf(value.slice(0, caret)).length);
    field.value = grouped;
    field.setSelectionRange(place, place);
  });
}

/** Groups a plain number of digits. Numbers with + or anything else in them stay as they are typed. */
export function group(value: string, groups: number[]): string {
  // A number of North America, whose digits can also be those of a mainland number.
  if (value.startsWith("1 ")) return value;
  const digits = digitsOf(value);
  let end = 0;
  const parts = groups.map((size) => digits.slice(end, (end += size)));
  return /^1\d*$/.test(digits) && digits.length <= end ? parts.filter(Boolean).join(" ") : value;
}

const digitsOf = (text: string) => text.replace(/ /g, "");

/** The place after so many digits, before the next space. */
function placeAfter(text: string, digits: number): number {
  const [before] = new RegExp(`^( ?\\d){${digits}}`).exec(text) || [text];
  return before.length;
}
