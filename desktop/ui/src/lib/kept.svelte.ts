/** A choice that is remembered on this computer. */
export function kept<T extends string>(name: string, first: T, all: readonly T[]): { now: T } {
  const stored = localStorage.getItem(name);
  let now = $state(all.find((one) => one === stored) ?? first);
  return {
    get now() {
      return now;
    },
    set now(value: T) {
      now = value;
      localStorage.setItem(name, value);
    },
  };
}
