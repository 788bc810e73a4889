/**
 * Samples of one family from what is known of its measurement. Pure.
 *
 * @module
 */
import { flagOf, numberOf, type ReadPoint, textOf } from "../../core/history/history.ts";
import { parseTags } from "../../core/line/line.ts";
import type { Sample } from "./exposition.ts";
import type { CounterFamily, GaugeFamily, InfoFamily, TimeFamily } from "./families.ts";

/** The newest point of a series, and when the one before was. */
export interface Newest {
  readonly point: ReadPoint;
  readonly beforeMs: number | undefined;
}

/** What is known of one measurement. */
export interface Known {
  /** By the text of the tags. */
  readonly newest: Map<string, Newest>;
  /** Sums since the start, by the text of the tags and by field. */
  readonly counted: Map<string, Map<string, number>>;
}

export function gaugeSamples({ fields, measurement }: GaugeFamily, known: Known): Sample[] {
  const sums = new Sums();
  for (const { point } of readings(measurement, known)) {
    for (const { field, labels } of fields) {
      const found = point.fields.get(field);
      const flag = flagOf(found);
      const value = flag === undefined ? numberOf(found) : Number(flag);
      if (value !== undefined) sums.add(labelled(point.tags, labels), value);
    }
  }
  return sums.samples();
}

export function counterSamples({ fields, without = [] }: CounterFamily, { newest, counted }: Known): Sample[] {
  const sums = new Sums();
  // what was heard of, and has not counted since the start, is at zero: a rate needs a beginning
  for (const series of new Set([...newest.keys(), ...counted.keys()])) {
    const tags = Object.fromEntries(Object.entries(parseTags(series)).filter(([name]) => !without.includes(name)));
    for (const { field, labels } of fields) {
      const counts = counted.get(series)?.get(field);
      if (counts !== undefined || newest.get(series)?.point.fields.has(field) === true)
        sums.add(labelled(tags, labels), counts ?? 0);
    }
  }
  return sums.samples();
}

export function infoSamples({ texts, measurement }: InfoFamily, known: Known): Sample[] {
  return readings(measurement, known).map(({ point }) => {
    const words = Object.entries(texts).map(([label, field]) => [label, textOf(point.fields.get(field)) ?? ""]);
    return { labels: labelled(point.tags, Object.fromEntries(words)), value: 1 };
  });
}

export function timeSamples({ time, measurement }: TimeFamily, known: Known): Sample[] {
  return readings(measurement, known).flatMap(({ point, beforeMs }) => {
    const ms = time === "newest" ? point.timeMs : point.timeMs - (beforeMs ?? point.timeMs);
    return ms === 0 ? [] : [{ labels: point.tags, value: ms / 1000 }];
  });
}

/** A tag of the admin's that is called like a label of the family keeps its value under another name. */
function labelled(
  tags: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): Sample["labels"] {
  const renamed = Object.entries(tags).map(([name, value]) => [name in own ? `tag_${name}` : name, value]);
  return { ...own, ...Object.fromEntries(renamed) };
}

/** A reading with several points, a category or a peer each, has those of its newest time: the others are gone. */
const IN_ONE_READING = new Set(["cachecontent", "cachepeers"]);

function readings(measurement: string, { newest }: Known): Newest[] {
  const all = [...newest.values()];
  if (!IN_ONE_READING.has(measurement)) return all;
  const server = ({ tags }: ReadPoint): string => tags["server"] ?? "";
  const last = new Map<string, number>();
  for (const { point } of all) last.set(server(point), Math.max(last.get(server(point)) ?? 0, point.timeMs));
  return all.filter(({ point }) => point.timeMs === last.get(server(point)));
}

/** Values by labels, equal ones added up. */
class Sums {
  readonly #samples = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>();

  add(labels: Readonly<Record<string, string>>, value: number): void {
    const key = JSON.stringify(Object.entries(labels).sort());
    const known = this.#samples.get(key);
    if (known === undefined) this.#samples.set(key, { labels, value });
    else known.value += value;
  }

  samples(): Sample[] {
    return [...this.#samples.values()];
  }
}
