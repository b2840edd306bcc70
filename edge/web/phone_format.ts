// A mainland number is grouped while it is typed, 138 0013 8000, without fighting the caret.

/** Groups a field's digits at every input. Numbers with + or anything else in them stay as they are typed. */
export function formatWhileTyping(field: HTMLInputElement, groups: number[]) {
  field.addEventListener("input", (event) => {
    if ((event as InputEvent).isComposing) return;
    const value = field.value;
    const grouped = group(value, groups);
    if (grouped === undefined || grouped === value) return;
    const caret = field.selectionStart ?? value.length;
    const digitsBefore = value.slice(0, caret).replace(/ /g, "").length;
    const atEnd = caret === value.length;
    field.value = grouped;
    const place = atEnd ? grouped.length : placeAfter(grouped, digitsBefore);
    field.setSelectionRange(place, place);
  });
}

/** undefined where it is not a plain number of digits. */
export function group(value: string, groups: number[]): string | undefined {
  const digits = value.replace(/ /g, "");
  const most = groups.reduce((sum, size) => sum + size, 0);
  if (!/^1\d*$/.test(digits) || digits.length > most) return undefined;
  const parts: string[] = [];
  let from = 0;
  for (const size of groups) {
    if (from < digits.length) parts.push(digits.slice(from, from + size));
    from += size;
  }
  return parts.join(" ");
}

function placeAfter(text: string, digits: number): number {
  let place = 0;
  for (let seen = 0; seen < digits && place < text.length; place++) {
    if (text[place] !== " ") seen++;
  }
  return place;
}
