/**
 * What the caches that report are: from the newest `cachehost` of each.
 *
 * @module
 */
import type { Question } from "../ask.ts";
import { textOf } from "../read-point.ts";
import { type Lines, Readings } from "./readings.ts";

/** A cache as it has reported itself. Texts are "" where it did not say. */
export interface HostReading {
  readonly timeMs: number;
  readonly server: string;
  readonly guid: string;
  readonly hostname: string;
  readonly serial: string;
  readonly hardware: string;
  readonly version: string;
}

/** The newest of every cache. */
export function cacheHosts(lines: Omit<Lines, "measurement">): Question<HostReading[]> {
  const hosts = new Readings({ ...lines, measurement: "cachehost", streams: ["receiver"] }, "newest");
  return {
    lines: [hosts],
    answer: () =>
      hosts.all().map(({ timeMs, tags, fields }) => {
        const said = (name: string): string => textOf(fields.get(name)) ?? "";
        const [guid, hostname, serial] = [said("guid"), said("hostname"), said("serial")];
        const server = tags["server"] ?? "";
        return { timeMs, server, guid, hostname, serial, hardware: said("hardware"), version: said("version") };
      }),
  };
}
