/**
 * What differs between what we want and what a server has, one line for each place.
 *
 * @module
 */

/** Server's own numbers, which change without anybody changing the board. */
const IGNORED = new Set(["id", "version", "uid", "iteration"]);
const LONGEST = 60;

/**
 * Places where `theirs` lacks or contradicts what `ours` says. What `theirs` has beyond is not looked at, but for
 * longer lists: an element too many is a difference.
 */
export function differences(ours: unknown, theirs: unknown): string[] {
  return [...walk(ours, theirs, "")];
}

function* walk(ours: unknown, theirs: unknown, path: string): Generator<string> {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    for (const [i, item] of ours.entries()) {
      if (i < theirs.length) yield* walk(item, theirs[i], `${path}[${i}]`);
      else yield `${path}[${i}]: missing`;
    }
    for (let i = ours.length; i < theirs.length; i++) yield `${path}[${i}]: ${short(theirs[i])} is too many`;
    return;
  }
  if (isObject(ours) && isObject(theirs)) {
    for (const [key, value] of Object.entries(ours)) {
      if (path === "" && IGNORED.has(key)) continue;
      const place = path === "" ? key : `${path}.${key}`;
      // servers leave out what is empty
      if (!(key in theirs) && isEmpty(value)) continue;
      yield* walk(value, theirs[key], place);
    }
    return;
  }
  if (!Object.is(ours, theirs)) yield `${path}: ${short(theirs)} -> ${short(ours)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === "" || value === null || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function short(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
