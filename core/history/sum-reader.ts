/**
 * Sums for many queries from one pass over whole lines, as bytes: no text is made of a line.
 *
 * @module
 */
import { FieldTable, type LineSearch, type LineValues, measurementEnd, NumberReader, unescaped } from "../line/line.ts";
import type { SumGroup, SumRows, Sums } from "./rows.ts";

/** Numbers of which lines are added up, and where. */
export interface SumsOf {
  readonly rows: SumRows;
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * Of lines with one series and time. `each`, the default: all of them count. `once`: all do, and the reader has a flag
   * for them. `last`: only the last counts, for which every point is kept to the end.
   */
  readonly repeats?: "each" | "once" | "last";
}

/** One series and one who wants it. */
interface Share {
  readonly by: SumsOf;
  readonly group: SumGroup;
  /** Places in its rows by places in the table of fields. */
  readonly places: number[];
  /** Points by time, where a later line may replace one. */
  readonly points: Map<number, Sums> | undefined;
}

interface Owner {
  readonly fields: FieldTable;
  readonly shares: readonly Share[];
  /** Where somebody wants to know of a time that comes twice. */
  readonly times: SeenTimes | undefined;
}

/** Times that mostly rise. */
class SeenTimes {
  readonly #rising: number[] = [];
  readonly #others = new Set<number>();

  /** Whether a time has been there before. */
  add(timeMs: number): boolean {
    const rising = this.#rising;
    if (rising.length === 0 || timeMs > (rising.at(-1) ?? 0)) {
      rising.push(timeMs);
      return false;
    }
    let [low, high] = [0, rising.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rising[middle] ?? 0) < timeMs) low = middle + 1;
      else high = middle;
    }
    if (rising[low] === timeMs || this.#others.has(timeMs)) return true;
    this.#others.add(timeMs);
    return false;
  }
}

/** Reads lines for some who want them; `finish` completes their rows. */
export class SumReader {
  /** Whether two lines had one series and time, for those who count them once. */
  repeated = false;
  readonly #wanted: readonly SumsOf[];
  readonly #fields = new Map<string, FieldTable>();
  readonly #places = new Map<SumsOf, number[]>();
  readonly #shares: Share[] = [];
  readonly #reader = new NumberReader<Owner>((key) => this.#ownerOf(key));
  /** Those who want what is read just now. */
  #now: ReadonlySet<SumsOf> = new Set();

  constructor(wanted: readonly SumsOf[]) {
    this.#wanted = wanted;
  }

  /** Reads those of some lines that are of a measurement, for some of those who were given. */
  read(lines: Buffer, named: LineSearch, by: ReadonlySet<SumsOf>): void {
    this.#now = by;
    this.#reader.read(lines, (owner, values, timeMs) => this.#take(owner, values, timeMs), named);
  }

  /** Adds what could have been replaced till now. */
  finish(): void {
    for (const { by, group, points } of this.#shares) {
      for (const [timeMs, sums] of points ?? []) by.rows.addSums(group, timeMs, sums);
      points?.clear();
    }
  }

  #take({ fields, shares, times }: Owner, values: LineValues, timeMs: number): void {
    if (times?.add(timeMs) === true) this.repeated = true;
    for (const share of shares) {
      const { by } = share;
      if (timeMs >= by.fromMs && timeMs < by.toMs && this.#now.has(by)) addLine(share, fields, values, timeMs);
    }
  }

  #ownerOf(key: string): Owner | undefined {
    const end = measurementEnd(key);
    const measurement = unescaped(key.slice(0, end));
    const shares = this.#wanted
      .filter((by) => by.measurement === measurement)
      .flatMap((by): Share[] => {
        const group = by.rows.groupOf(key.slice(end));
        const points = by.repeats === "last" ? new Map<number, Sums>() : undefined;
        return group === undefined ? [] : [{ by, group, places: this.#placesOf(by), points }];
      });
    if (shares.length === 0) return undefined;
    this.#shares.push(...shares);
    const fields = this.#fields.get(measurement) ?? new FieldTable();
    this.#fields.set(measurement, fields);
    return { fields, shares, times: shares.some(({ by }) => by.repeats === "once") ? new SeenTimes() : undefined };
  }

  #placesOf(by: SumsOf): number[] {
    const places = this.#places.get(by) ?? [];
    this.#places.set(by, places);
    return places;
  }
}

function addLine({ by, group, places, points }: Share, fields: FieldTable, values: LineValues, timeMs: number): void {
  const { rows } = by;
  const sums = points === undefined ? rows.sumsAt(group, timeMs) : [];
  points?.set(timeMs, sums);
  for (let i = 0; i < values.count; i++) {
    const index = values.indexes[i] ?? 0;
    const place = places[index] ?? newPlace(rows, fields, places, index);
    if (place >= 0) rows.addTo(sums, place, values.numbers[i] ?? 0);
  }
  for (const [index, value] of values.large) {
    const place = places[index] ?? newPlace(rows, fields, places, index);
    if (place >= 0) rows.addTo(sums, place, value);
  }
}

function newPlace(rows: SumRows, fields: FieldTable, places: number[], index: number): number {
  const place = rows.placeOf(fields.names[index] ?? "", fields.floats[index] === true);
  places[index] = place;
  return place;
}
