/**
 * Which server answers at an address, whatever the settings call it.
 *
 * VictoriaMetrics answers `/ping` and writes as an InfluxDB 1.8 would; its own metrics give it away. InfluxDB names its
 * version in a header of `/ping`, 3 Core in the JSON there.
 *
 * @module
 */
import { httpRequest } from "../../../core/http/http.ts";
import { parseHttpDate } from "../../../core/time/http-date.ts";
import { quotable } from "../../../core/words/printable.ts";
import type { Target } from "../destinations.ts";

/** Undefined is what the server does not say. */
export interface Engine {
  /** `InfluxDB 1.8.10`, `VictoriaMetrics v1.150.0`. */
  readonly engine: string | undefined;
  /** The type of sink for it. */
  readonly fits: Target["type"] | undefined;
  /** Its clock, Unix milliseconds. */
  readonly clockMs: number | undefined;
  /** VictoriaMetrics: whether it removes points that were sent twice. */
  readonly dedup: boolean | undefined;
  /** VictoriaMetrics: days it keeps points for. */
  readonly keepsDays: number | undefined;
}

const UNKNOWN: Engine = {
  engine: undefined,
  fits: undefined,
  clockMs: undefined,
  dedup: undefined,
  keepsDays: undefined,
};
const MOST_BYTES = 4 * 1024 * 1024;

interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Asks the server who it is. Never throws. */
export async function identifyEngine({ url, caFile, timeoutSeconds }: Target): Promise<Engine> {
  const ask = async (path: string): Promise<Answer | undefined> => {
    const limits = { timeoutMs: Math.min(5, timeoutSeconds) * 1000, maxBytes: MOST_BYTES, cutLong: true };
    return await httpRequest({ url: `${new URL(url).origin}${path}`, caFile, ...limits }).then(
      ({ headers, body }) => ({ headers, text: body.toString("utf8") }),
      () => undefined,
    );
  };
  const ping = await ask("/ping");
  if (ping === undefined) return UNKNOWN;
  const date = ping.headers["date"];
  const clockMs = date === undefined ? undefined : parseHttpDate(date, Date.now());
  const influx = influxOf(ping);
  return { ...UNKNOWN, clockMs, ...(influx ?? victoriaOf(await ask("/metrics"))) };
}

function influxOf({ headers, text }: Answer): Pick<Engine, "engine" | "fits"> | undefined {
  const build = headers["x-influxdb-build"];
  const version = headers["x-influxdb-version"] ?? /"version"\s*:\s*"([\w.+~-]{1,40})"/.exec(text)?.[1];
  // VictoriaMetrics sends the version of 1.8 and no build
  if (version === undefined || (build === undefined && !/"version"/.test(text))) return undefined;
  // from 1.8 on both protocols are taken, so that a sink of either type is right
  const old = /^v?1\.[0-7](\D|$)/.test(version);
  return { engine: `InfluxDB ${quotable(version)}`, fits: old ? "influx1" : undefined };
}

function victoriaOf(metrics: Answer | undefined): Pick<Engine, "engine" | "fits" | "dedup" | "keepsDays"> {
  const text = metrics?.text ?? "";
  if (!/^vm_app_version\{/m.test(text))
    return { engine: undefined, fits: undefined, dedup: undefined, keepsDays: undefined };
  const version = /^vm_app_version\{[^}]*\bshort_version="([^"]*)"/m.exec(text)?.[1] ?? "";
  const flag = /^flag\{name="dedup\.minScrapeInterval", value="([^"]*)"/m.exec(text)?.[1];
  return {
    engine: version === "" ? "VictoriaMetrics" : `VictoriaMetrics ${quotable(version)}`,
    fits: "victoriametrics",
    // the inserting side of a cluster has no such flag
    dedup: flag === undefined ? undefined : !/^(0s?|0ms)?$/.test(flag),
    keepsDays: retentionDays(/^flag\{name="retentionPeriod", value="([^"]*)"/m.exec(text)?.[1]),
  };
}

/** Days of each unit of `-retentionPeriod`; without a unit it is months, of 31 days. */
const UNIT_DAYS: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7, y: 365, "": 31, M: 31 };

function retentionDays(flag: string | undefined): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([hdwyM]?)$/.exec(flag ?? "") ?? [];
  return number === undefined ? undefined : Number(number) * (UNIT_DAYS[unit] ?? 31);
}
