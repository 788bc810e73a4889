/**
 * The sink that somebody named.
 *
 * @module
 */
import { type Destination, destinationsOf } from "../collector/index.ts";
import { LarderError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import type { Settings } from "./load-settings.ts";

/** What to say where there is not a single one. */
export const NO_SINKS = {
  why: "the settings have no sink",
  next: "add one; larder config init --sink influx1 shows how it is written",
} as const;

/**
 * The destinations of a sink, or the one destination of that name.
 * @param task what fails without it: `retry`
 * @throws LarderError `USAGE_SINK`
 */
export function namedSink({ sinks }: Pick<Settings, "sinks">, name: string, task: string): Destination[] {
  const found = destinationsOf(sinks).filter((each) => name === each.sink || name === each.name);
  if (found.length > 0) return found;
  const names = sinks.map((sink) => sink.name);
  const hint = nearest(name, names);
  const next = names.length === 0 ? NO_SINKS.next : hint === undefined ? undefined : `did you mean ${hint}?`;
  const why = names.length === 0 ? NO_SINKS.why : `there are ${names.join(", ")}`;
  throw new LarderError(`Cannot ${task} sink "${name}": ${why}`, {
    code: "USAGE_SINK",
    state: "nothing was changed",
    ...(next === undefined ? {} : { next }),
  });
}
