/**
 * Lines as bytes: where they begin and end, of which measurement they are, and of what time. A reader that wants few lines of
 * many need not make a text of the others.
 *
 * @module
 */

const NEWLINE = 0x0a;
const SPACE = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Calls back for every line: where it begins, and where its newline is. */
export function forEachLine(bytes: Buffer, take: (start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const end = lineEnd(bytes, start);
    take(start, end);
    start = end + 1;
  }
}

/** Where the line that a place lies in has its newline, or where the bytes end. */
export function lineEnd(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(NEWLINE, at);
  return newline < 0 ? bytes.length : newline;
}

/** Whether the line at a place is of a measurement, whose name is given as a line has it: escaped. */
export function hasName(bytes: Buffer, at: number, name: Buffer): boolean {
  const end = at + name.length;
  const after = bytes[end];
  if (after !== COMMA && after !== SPACE) return false;
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

/** Finds the lines of one measurement. */
export interface LineSearch {
  /**
   * Where the first of them begins that begins at a place or later; the end of the bytes where there is none.
   * @param from the beginning of a line
   */
  next(bytes: Buffer, from: number): number;
}

/**
 * Lines of several measurements, found in going through all lines once. Each search is good for these bytes alone.
 * @param names as lines have them: escaped
 */
export function findNamed(bytes: Buffer, names: readonly string[]): LineSearch[] {
  const wanted = names.map((name) => ({ name: Buffer.from(name), starts: [] as number[] }));
  for (let start = 0; start < bytes.length; start = lineEnd(bytes, start) + 1) {
    for (const { name, starts } of wanted) {
      if (!hasName(bytes, start, name)) continue;
      starts.push(start);
      break;
    }
  }
  return wanted.map(({ starts }) => {
    let at = 0;
    return {
      next: (_, from) => {
        // the same lines are gone through again for another who wants them
        if ((starts[at - 1] ?? -1) >= from) at = 0;
        while ((starts[at] ?? from) < from) at++;
        return starts[at] ?? bytes.length;
      },
    };
  });
}

/** Lines of one measurement, looked for among many others. */
export class NamedLines implements LineSearch {
  readonly #name: Buffer;
  readonly #after: Buffer;

  /** @param name as a line has it: escaped */
  constructor(name: string) {
    this.#name = Buffer.from(name);
    this.#after = Buffer.from(`\n${name}`);
  }

  /** The bytes are searched, not gone through line by line: mostly there are few among many. */
  next(bytes: Buffer, from: number): number {
    if (hasName(bytes, from, this.#name)) return from;
    for (let at = from; ; ) {
      const newline = bytes.indexOf(this.#after, at);
      if (newline < 0) return bytes.length;
      if (hasName(bytes, newline + 1, this.#name)) return newline + 1;
      at = newline + 1;
    }
  }
}

/** The time of the line between two places, Unix milliseconds; undefined where it ends with none. */
export function lineTime(bytes: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  let scale = 1;
  let at = end - 1;
  for (; at > start; at--) {
    const code = bytes[at] ?? 0;
    if (code < ZERO || code > NINE) break;
    value += (code - ZERO) * scale;
    scale *= 10;
  }
  if (at === end - 1) return undefined;
  const timeMs = bytes[at] === MINUS ? -value : value;
  return Number.isSafeInteger(timeMs) ? timeMs : undefined;
}
