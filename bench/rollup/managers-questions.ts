/**
 * The managers' questions in InfluxQL and MetricsQL, asked of roll-ups or of raw rows, each answer held against the truth.
 *
 * @module
 */
import { localDate } from "../../core/time/local-days.ts";
import type { InfluxSeries } from "../../fixtures/engine-queries.ts";
import type { InfluxEngine, VictoriaEngine } from "../../fixtures/engines.ts";
import { SERVED_FIELDS } from "../../fixtures/fleet/index.ts";
import { type Answers, LOCAL_FIELDS, monthOf, same } from "./managers-answers.ts";
import { type Timing, time } from "./question-timing.ts";

const QUESTIONS = {
  months: "served and saved by region and month",
  sites: "top 20 sites",
  days: "hit ratio of all by day",
} as const;

/** Whole local days of one zone. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
  /** Beginnings of the months in it, and its end. */
  readonly edges: readonly number[];
}

/** Fields that add up to what was served, those first that did not come from Apple. */
interface Source {
  readonly measurement: string;
  readonly local: readonly string[];
  readonly origin: readonly string[];
}

const ROLLED = { local: ["local"], origin: ["origin"] } as const;
const RAW: Source = {
  measurement: "bytestoclients",
  local: LOCAL_FIELDS,
  origin: SERVED_FIELDS.filter((field) => !LOCAL_FIELDS.includes(field)),
};
const BY_CACHE: Source = { measurement: "served_1d", ...ROLLED };
const BY_GROUP: Source = { measurement: "fleet_1d", ...ROLLED };

/** @param policy the retention policy, in quotes where need be */
export async function askInflux(
  influx: InfluxEngine,
  { db, policy, raw }: { readonly db: string; readonly policy: string; readonly raw: boolean },
  answers: Answers,
  span: Span,
): Promise<Timing[]> {
  const [group, cache] = raw ? [RAW, RAW] : [BY_GROUP, BY_CACHE];
  const from = ({ measurement }: Source): string => `FROM "${policy}"."${measurement}"`;
  const sums = ({ local, origin }: Source, between: string): string =>
    [...local, ...origin].map((field) => `sum("${field}")`).join(between);
  const range = (a: number, b: number): string => `WHERE time >= ${a}ms AND time < ${b}ms`;
  const whole = range(span.fromMs, span.toMs);
  // each field once: the panel adds and divides
  const parts = (values: readonly unknown[]): string => {
    const numbers = values.map(Number);
    const saved = numbers.slice(0, group.local.length).reduce((sum, value) => sum + value, 0);
    return `${saved} ${numbers.reduce((sum, value) => sum + value, 0)}`;
  };
  const ask = (query: string) => () => influx.query(db, query);
  const months = span.edges
    .slice(0, -1)
    .map(
      (start, i) =>
        `SELECT ${sums(group, ", ")} ${from(group)} ${range(start, span.edges[i + 1] ?? 0)} GROUP BY "region"`,
    );
  const sites = `SELECT top("served", "site_code", 20) FROM (SELECT ${sums(cache, " + ")} AS "served" ${from(cache)} ${whole} GROUP BY "site_code")`;
  const days = `SELECT ${sums(group, ", ")} ${from(group)} ${whole} GROUP BY time(1d) fill(none) tz('${span.zone}')`;
  return [
    await time("influxdb", QUESTIONS.months, ask(months.join("; ")), (series) =>
      same(
        series.flatMap(({ tags, values }) =>
          values.map(([at, ...numbers]) => `${monthOf(Number(at))} ${tags?.["region"]} ${parts(numbers)}`),
        ),
        [...answers.months].map(([key, { served, saved }]) => `${key} ${saved} ${served}`),
      ),
    ),
    await time("influxdb", QUESTIONS.sites, ask(sites), (series: InfluxSeries[]) =>
      // raw rows of macOS 10.12 have no parents: a sum over fields finds nothing for a site that has only such caches
      raw
        ? (series[0]?.values.length ?? 0) > 0
        : same(
            (series[0]?.values ?? []).map(([, served]) => String(served)),
            answers.topSites.map(String),
          ),
    ),
    await time("influxdb", QUESTIONS.days, ask(days), (series) =>
      same(
        (series[0]?.values ?? []).map(([at, ...numbers]) => `${localDate(Number(at), span.zone)} ${parts(numbers)}`),
        [...answers.days].map(([at, { saved, served }]) => `${localDate(at, span.zone)} ${saved} ${served}`),
      ),
    ),
  ];
}

/** Roll-ups are stamped with local midnight, so a window that ends at noon holds one day; days of raw rows are not aligned. */
export async function askVictoria(
  victoria: VictoriaEngine,
  { raw }: { readonly raw: boolean },
  answers: Answers,
  span: Span,
): Promise<Timing[]> {
  const [group, cache] = raw ? [RAW, RAW] : [BY_GROUP, BY_CACHE];
  const pick = (measurement: string, ...fields: readonly string[]): string =>
    `{__name__=~"${measurement}_(${fields.map((field) => field.replaceAll(".", "\\\\.")).join("|")})"}`;
  const localOf = ({ measurement, local }: Source): string => pick(measurement, ...local);
  const servedOf = ({ measurement, local, origin }: Source): string => pick(measurement, ...local, ...origin);
  const ofMonth = async (start: number, end: number): Promise<string[]> => {
    const over = (what: string): string => `sum(sum_over_time(${what}[${end - start}ms])) by (region)`;
    const [all, saved] = await Promise.all(
      [servedOf(group), localOf(group)].map((what) => victoria.query(over(what), end - 1)),
    );
    return (all ?? []).map(({ metric, values }) => {
      const part = saved?.find((other) => other.metric["region"] === metric["region"]);
      return `${monthOf(start)} ${metric["region"]} ${values[0]?.[1]} ${part?.values[0]?.[1]}`;
    });
  };
  // all months at once, as a board would ask
  const byMonth = async (): Promise<string[]> =>
    (await Promise.all(span.edges.slice(0, -1).map((start, i) => ofMonth(start, span.edges[i + 1] ?? 0)))).flat();
  const last = span.toMs - 1;
  const sites = `topk(20, sum(sum_over_time(${servedOf(cache)}[${span.toMs - span.fromMs}ms])) by (site_code))`;
  const days = `sum(sum_over_time(${localOf(cache)}[1d])) / sum(sum_over_time(${servedOf(cache)}[1d]))`;
  return [
    await time("victoriametrics", QUESTIONS.months, byMonth, (found) =>
      same(
        found,
        [...answers.months].map(([key, sum]) => `${key} ${sum.served} ${sum.saved}`),
      ),
    ),
    await time(
      "victoriametrics",
      QUESTIONS.sites,
      () => victoria.query(sites, last),
      (series) =>
        same(
          series.map(({ values }) => String(values[0]?.[1])),
          answers.topSites.map(String),
        ),
    ),
    await time(
      "victoriametrics",
      QUESTIONS.days,
      () => victoria.queryRange(days, span.fromMs + 43_200_000, last, "1d"),
      (series) => {
        const found = series[0]?.values ?? [];
        const expected = [...answers.days].sort(([a], [b]) => a - b).filter(([, sum]) => sum.served > 0);
        if (raw) return found.length > 0;
        return (
          found.length === expected.length &&
          found.every(([, ratio], i) => {
            const sum = expected[i]?.[1] ?? { saved: 0, served: 1 };
            return Math.abs(ratio - sum.saved / sum.served) < 1e-9;
          })
        );
      },
    ),
  ];
}
