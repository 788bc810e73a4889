/**
 * Sums for many queries from one pass over whole lines, as bytes: no text is made of a line.
 *
 * @module
 */
import { FieldTable, type LineValues, measurementEnd, type NamedLines, NumberReader, unescaped } from "../line/line.ts";
import type { SumGroup, SumRows, Sums } from "./rows.ts";

/** Numbers of which lines are added up, and where. */
export interface SumsOf {
  readonly rows: SumRows;
  readonly measurement: string;
  /** From, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of lines with one series and time only the last counts. Default: every line does. */
  readonly lastCounts?: boolean;
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
}

/** Reads lines for some who want them; `finish` completes their rows. */
export class SumReader {
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
  read(lines: Buffer, named: NamedLines, by: ReadonlySet<SumsOf>): void {
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

  #take({ fields, shares }: Owner, values: LineValues, timeMs: number): void {
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
        const points = by.lastCounts === true ? new Map<number, Sums>() : undefined;
        return group === undefined ? [] : [{ by, group, places: this.#placesOf(by), points }];
      });
    if (shares.length === 0) return undefined;
    this.#shares.push(...shares);
    const fields = this.#fields.get(measurement) ?? new FieldTable();
    this.#fields.set(measurement, fields);
    return { fields, shares };
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
