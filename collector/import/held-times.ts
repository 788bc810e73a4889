/**
 * Times of which the journal has the counters of a cache already, so that joining another record to it neither doubles nor
 * leaves out a minute.
 *
 * A cache writes no row while it is idle, so rows up to an hour apart belong to one stretch: what lies in it is held.
 * Longer gaps are filled. Rows of a source that cuts times to whole seconds are recognised at the ends of a stretch.
 *
 * @module
 */
import { readPoint, scanLines } from "../../core/history/history.ts";
import { RAW_STREAMS, type Span, type StreamName } from "../../core/journal/journal.ts";
import { parseTags } from "../../core/line/line.ts";
import { COUNTER_MEASUREMENTS } from "./source-tables.ts";

/** The stream of lines that were imported. */
export const IMPORTED: StreamName = "imported";

/** Rows further apart leave a gap that can be filled. */
const JOIN_MS = 3_600_000;
/** A source that keeps whole seconds is up to that far off. */
const EDGE_MS = 1000;
/** Stretches that are put in order again once there are so many. */
const MOST_LOOSE = 1000;

/** Stretches of time by server. */
export class HeldTimes {
  readonly #spans = new Map<string, Span[]>();

  /** Notes that everything between two times is held. */
  add(server: string, fromMs: number, toMs: number): void {
    const spans = this.#spans.get(server);
    const last = spans?.at(-1);
    if (spans === undefined) this.#spans.set(server, [{ fromMs, toMs }]);
    else if (last !== undefined && fromMs >= last.fromMs && fromMs - last.toMs <= JOIN_MS) {
      spans[spans.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
    } else {
      spans.push({ fromMs, toMs });
      if (spans.length > MOST_LOOSE) this.#spans.set(server, joined(spans));
    }
  }

  /** The stretches of a server, in order. */
  of(server: string): readonly Span[] {
    const spans = joined(this.#spans.get(server) ?? []);
    this.#spans.set(server, spans);
    return spans;
  }
}

/** Whether a time lies in one of the stretches. */
export function isHeld(spans: readonly Span[], ms: number): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.toMs ?? 0) + EDGE_MS <= ms) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && ms > span.fromMs - EDGE_MS;
}

function joined(spans: readonly Span[]): Span[] {
  const done: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = done.at(-1);
    if (last === undefined || span.fromMs - last.toMs > JOIN_MS) done.push(span);
    else done[done.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
  }
  return done;
}

/** Reads what the journal holds of a span, beside what was imported. */
export async function readHeld(stateDir: string, { fromMs, toMs }: Span): Promise<HeldTimes> {
  const held = new HeldTimes();
  const servers = new Map<string, string>();
  const serverOf = (tagText: string): string => {
    const known = servers.get(tagText);
    if (known !== undefined) return known;
    const server = parseTags(tagText)["server"] ?? "";
    servers.set(tagText, server);
    return server;
  };
  // a stretch may begin before the span and end behind it
  const span = { fromMs: fromMs - JOIN_MS, toMs: toMs + JOIN_MS };
  const counters = [...COUNTER_MEASUREMENTS].map((measurement) => ({
    measurement,
    ...span,
    take: ({ tagText, timeMs }: { readonly tagText: string; readonly timeMs: number }) =>
      held.add(serverOf(tagText), timeMs, timeMs),
  }));
  const reports = {
    measurement: "cachereport",
    ...span,
    // a report counts what came since the one before, which may be long ago
    take: (line: Parameters<typeof readPoint>[0]) => {
      const { tags, fields } = readPoint(line);
      const [counted, period] = [fields.get("counted"), fields.get("period")];
      if (counted === undefined || !("integer" in counted) || period === undefined || !("float" in period)) return;
      const endMs = Number(counted.integer);
      held.add(tags["server"] ?? "", endMs - period.float * 1000, endMs);
    },
  };
  const streams = RAW_STREAMS.filter((stream) => stream !== IMPORTED);
  await scanLines(stateDir, { streams, wanted: [...counters, reports] });
  return held;
}

/** Points that were imported before. */
export class ImportedPoints {
  readonly #known = new Set<string>();
  /** Names of caches by numbers that no two caches share. */
  readonly #names = new Map<string, string>();
  readonly #coincidences = new Map<string, number>();

  add(point: ImportedPoint, server: string): void {
    this.#known.add(keyOf(point, server));
    if (isUnlikely(point)) this.#names.set(keyOf(point, point.fieldText), server);
  }

  /** Whether there is a point of this time and cache, whatever its other tags. */
  has(point: ImportedPoint, server: string): boolean {
    return this.#known.has(keyOf(point, server));
  }

  /** The other name under which points like this were imported: the same numbers at the same time, several times. */
  otherName(point: ImportedPoint, server: string): string | undefined {
    if (this.#names.size === 0 || !isUnlikely(point)) return undefined;
    const name = this.#names.get(keyOf(point, point.fieldText));
    if (name === undefined || name === server) return undefined;
    const times = (this.#coincidences.get(name) ?? 0) + 1;
    this.#coincidences.set(name, times);
    return times >= COINCIDENCES ? name : undefined;
  }
}

/** A point of one of our measurements. */
export interface ImportedPoint {
  readonly measurement: string;
  readonly fieldText: string;
  readonly timeMs: number;
}

/** So many equal points in one span are not chance. */
const COINCIDENCES = 3;

function keyOf({ measurement, timeMs }: ImportedPoint, more: string): string {
  return `${measurement} ${timeMs} ${more}`;
}

/** Numbers that two caches hardly have in the same second. */
function isUnlikely({ fieldText }: ImportedPoint): boolean {
  return /=\d{6,}i/.test(fieldText);
}

/** Reads what was imported of a span before. */
export async function readImported(stateDir: string, { fromMs, toMs }: Span): Promise<ImportedPoints> {
  const points = new ImportedPoints();
  await scanLines(stateDir, {
    streams: [IMPORTED],
    wanted: [...COUNTER_MEASUREMENTS].map((measurement) => ({
      measurement,
      fromMs,
      // equal times were moved on by a few milliseconds
      toMs: toMs + 1000,
      take: (line) => points.add(line, parseTags(line.tagText)["server"] ?? ""),
    })),
  });
  return points;
}
