/**
 * The sink that somebody named.
 *
 * @module
 */
import { type Destination, destinationsOf } from "../collector/index.ts";
import { LarderError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import type { Settings } from "./load-settings.ts";

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
  throw new LarderError(`Cannot ${task} sink "${name}": there are ${names.join(", ") || "none"}`, {
    code: "USAGE_SINK",
    state: "nothing was sent",
    ...(hint === undefined ? {} : { next: `did you mean ${hint}?` }),
  });
}
