/**
 * Numbers ▶ lines: one line for each measurement and time.
 *
 * Everything is written as bytes into memory that is used again: a string for each number would be most of the work.
 *
 * @module
 */
import type { Span } from "../../../core/journal/journal.ts";
import { escapeKey, escapeMeasurement, type Integer, integerText } from "../../../core/line/line.ts";
import { ensureCapacity } from "../../ensure-capacity.ts";
import type { Place } from "../../mapping/mapping.ts";

const FIRST_BYTES = 16 * 1024;
const FIRST_FIELD_BYTES = 1024;
/** A 64-bit number with its sign, and the `i` after it. */
const NUMBER_BYTES = 21;
const SPACE = 0x20;

/** Where a number goes, its text prepared once. */
export interface PreparedPlace {
  readonly group: number;
  /** `,field=`, escaped. */
  readonly prefix: Uint8Array;
}

/** The line of one measurement at the time that is open. */
interface OpenLine {
  /** Measurement and tags, which stay from line to line, and `,field=1i,field=2i…` */
  bytes: Buffer;
  /** Where the tags end. */
  readonly headSize: number;
  size: number;
}

/** Lines, and their times. */
export interface GroupedLines {
  readonly lines: Uint8Array;
  readonly lineCount: number;
  readonly span: Span | undefined;
  /** Newest time that is not in the future. */
  readonly newestMs: number | undefined;
}

/** Collects the numbers of one time and writes them as lines when the time changes. */
export class LineGroups {
  readonly #tagText: string;
  readonly #numbers = new Map<string, number>();
  readonly #lines: OpenLine[] = [];
  #timeMs = 0;
  #open = false;
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #other: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #size = 0;
  lineCount = 0;
  fromMs = Infinity;
  toMs = -Infinity;
  /** Newest time up to the horizon. */
  #newestMs = -Infinity;
  readonly #horizonMs: number;

  /**
   * @param tagText escaped `,key=value` text for every line.
   * @param horizonMs later times are of the future.
   */
  constructor(tagText: string, horizonMs = Infinity) {
    this.#tagText = tagText;
    this.#horizonMs = horizonMs;
  }

  /** Prepares a place, once for each name. */
  prepare(place: Place): PreparedPlace {
    let group = this.#numbers.get(place.measurement);
    if (group === undefined) {
      group = this.#lines.length;
      this.#numbers.set(place.measurement, group);
      const head = Buffer.from(`${escapeMeasurement(place.measurement)}${this.#tagText}`, "utf8");
      const bytes = ensureCapacity(head, head.length, FIRST_FIELD_BYTES);
      this.#lines.push({ bytes, headSize: head.length, size: head.length });
    }
    return { group, prefix: Buffer.from(`,${escapeKey(place.field)}=`, "utf8") };
  }

  /** Adds a number at a time. */
  add(timeMs: number, place: PreparedPlace, value: Integer): void {
    const line = this.#lineAt(timeMs, place);
    const text = integerText(value);
    for (let i = 0; i < text.length; i++) line.bytes[line.size++] = text.charCodeAt(i);
  }

  /** The lines so far; starts over. Their bytes hold until the next are taken. */
  take(): GroupedLines {
    this.#flush();
    const taken = {
      lines: this.#bytes.subarray(0, this.#size),
      lineCount: this.lineCount,
      span: this.lineCount === 0 ? undefined : { fromMs: this.fromMs, toMs: this.toMs },
      newestMs: Number.isFinite(this.#newestMs) ? this.#newestMs : undefined,
    };
    [this.#bytes, this.#other] = [this.#other, this.#bytes];
    this.#begin();
    return taken;
  }

  #begin(): void {
    this.#size = 0;
    this.lineCount = 0;
    this.fromMs = Infinity;
    this.toMs = -Infinity;
    this.#newestMs = -Infinity;
  }

  /** The open line of a place, its name written and room for a number behind it. */
  #lineAt(timeMs: number, { group, prefix }: PreparedPlace): OpenLine {
    if (timeMs !== this.#timeMs || !this.#open) {
      this.#flush();
      this.#timeMs = timeMs;
      this.#open = true;
    }
    const line = this.#lines[group];
    if (line === undefined) throw new Error("a place of other line groups");
    line.bytes = ensureCapacity(line.bytes, line.size, prefix.length + NUMBER_BYTES);
    line.size = copyBytes(prefix, 0, prefix.length, line.bytes, line.size);
    return line;
  }

  #flush(): void {
    if (!this.#open) return;
    this.#open = false;
    const end = Buffer.from(` ${this.#timeMs}\n`, "latin1");
    for (const line of this.#lines) {
      if (line.size === line.headSize) continue;
      this.#bytes = ensureCapacity(this.#bytes, this.#size, line.size + end.length);
      // in place of the first field's comma
      line.bytes[line.headSize] = SPACE;
      this.#bytes.set(line.bytes.subarray(0, line.size), this.#size);
      this.#size = copyBytes(end, 0, end.length, this.#bytes, this.#size + line.size);
      line.size = line.headSize;
      this.lineCount++;
    }
    if (this.#timeMs < this.fromMs) this.fromMs = this.#timeMs;
    if (this.#timeMs > this.toMs) this.toMs = this.#timeMs;
    if (this.#timeMs > this.#newestMs && this.#timeMs <= this.#horizonMs) this.#newestMs = this.#timeMs;
  }
}

/** Copies [from, to) and returns where the copy ends: for some dozen bytes quicker than asking the runtime. */
function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  let end = at;
  for (let i = from; i < to; i++) target[end++] = source[i] ?? 0;
  return end;
}
