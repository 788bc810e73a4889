/**
 * Whose line it is, fast: its measurement and tags are recognised as bytes, without making a string of anything that was seen
 * before.
 *
 * Lines of the same few series follow each other in the same order: the series after this one is most probably the one that
 * came next the last time.
 *
 * @module
 */
import { Pattern } from "./pattern.ts";

const NEWLINE = 0x0a;
const SPACE = 0x20;
const BACKSLASH = 0x5c;

/** Keys kept at hand; past this many all are forgotten. */
const MAX_KEYS = 200_000;

/** A key as lines have it, `bytestoclients,region=North,…`. */
interface Known<Series> {
  readonly series: Series;
  /** The key and the space after it. */
  readonly beginning: Pattern;
  /** The key of the line after our last line: it will come after us again. */
  following: Known<Series> | undefined;
}

export class SeriesKeys<Series> {
  /** Where the fields of the line begin that was recognised last. */
  fieldsAt = 0;
  readonly #find: (key: string) => Series;
  readonly #known = new Map<string, Known<Series>>();
  #last: Known<Series> | undefined;

  /** @param find what a key is for; asked once for each */
  constructor(find: (key: string) => Series) {
    this.#find = find;
  }

  /** What the line that begins here belongs to; undefined for what has no key. */
  at(lines: Buffer, view: DataView, start: number): Series | undefined {
    const likely = this.#last?.following;
    if (likely?.beginning.standsAt(view, start) === true) {
      this.#last = likely;
      this.fieldsAt = start + likely.beginning.length;
      return likely.series;
    }
    let end = start;
    while (end < lines.length && lines[end] !== SPACE && lines[end] !== NEWLINE)
      end += lines[end] === BACKSLASH ? 2 : 1;
    if (lines[end] !== SPACE) return undefined;
    const known = this.#lookUp(lines.toString("utf8", start, end));
    if (this.#last !== undefined) this.#last.following = known;
    this.#last = known;
    this.fieldsAt = end + 1;
    return known.series;
  }

  /** All are looked up again from now on. */
  forget(): void {
    this.#known.clear();
    this.#last = undefined;
  }

  #lookUp(key: string): Known<Series> {
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    if (this.#known.size >= MAX_KEYS) this.forget();
    const known = { series: this.#find(key), beginning: new Pattern(`${key} `), following: undefined };
    this.#known.set(key, known);
    return known;
  }
}
