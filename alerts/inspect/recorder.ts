/**
 * What a rule looked at, found out by looking over its shoulder: rules are pure, so that a look which is recorded gives
 * the same verdict, and no rule has to list its facts a second time.
 *
 * @module
 */

/** A fact that was read: `status.pressure`, `neighbours[0].healthy`. */
export interface Looked {
  readonly fact: string;
  /** Undefined where nobody knows. */
  readonly value: number | string | boolean | undefined;
}

/** A view of a value that notes every plain value read from it, once, in the order of reading. */
export function recorded<T extends object>(value: T, looked: Looked[], path = ""): T {
  return new Proxy(value, {
    get(target, key) {
      // with the object itself, as getters may read what is private to it
      const found: unknown = Reflect.get(target, key, target);
      if (typeof key === "symbol" || typeof found === "function") return found;
      const isIndex = Array.isArray(target) && /^\d+$/.test(key);
      if (Array.isArray(target) && !isIndex) return found;
      const place = isIndex ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      if (typeof found === "object" && found !== null) return recorded(found, looked, place);
      if (isPlain(found) && !looked.some(({ fact }) => fact === place)) looked.push({ fact: place, value: found });
      return found;
    },
  });
}

function isPlain(value: unknown): value is Looked["value"] {
  return value === undefined || ["number", "string", "boolean"].includes(typeof value);
}
