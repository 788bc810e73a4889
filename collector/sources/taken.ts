/**
 * What the journal holds already, in the terms a source recognises its rows by.
 *
 * @module
 */
import { forEachField, parseLine } from "../../core/history/parse-line.ts";

/** A row or number that was taken. */
export interface Taken {
  readonly key: string;
  readonly timeMs: number;
  readonly value: string;
}

/** Every number by itself: statsData has one row for each. */
export async function* takenNumbers(lines: AsyncIterable<string>): AsyncGenerator<Taken> {
  for await (const line of lines) {
    const parsed = parseLine(line);
    if (parsed === undefined) continue;
    const found: Taken[] = [];
    forEachField(parsed.fieldText, (key, value) => {
      if ("integer" in value) found.push({ key, timeMs: parsed.timeMs, value: String(value.integer) });
    });
    yield* found;
  }
}

/** All numbers of a time together: ZMETRIC has one row for each time. */
export async function* takenRows(lines: AsyncIterable<string>): AsyncGenerator<Taken> {
  const times = new Map<number, string[]>();
  for await (const { key, timeMs, value } of takenNumbers(lines)) {
    const numbers = times.get(timeMs);
    if (numbers === undefined) times.set(timeMs, [`${key}=${value}`]);
    else numbers.push(`${key}=${value}`);
  }
  for (const [timeMs, numbers] of times) yield { key: "", timeMs, value: rowIdentity(numbers) };
}

/** The numbers of a row as one text, whatever their order. */
export function rowIdentity(numbers: string[]): string {
  return numbers.sort().join(",");
}
