/**
 * Managers' questions over a year of a whole fleet, from daily roll-ups, and how much faster than from raw minutes.
 *
 *     npx tsx bench/rollup-questions.ts [caches, default 2000] [days, default 365] [--default-shards]
 *
 * One InfluxDB 1.6.7 (a retention policy as `larder influx setup` makes it for roll-ups; with --default-shards also the
 * server's own shards of 7 days, which take long to load) and
 * one VictoriaMetrics 1.79.5 get the daily roll-ups of all caches (`bytestoclients_1d`: no question reads another). Three questions are asked of
 * each, first cold, then five times; every answer is compared with the true sums. Then raw minutes of a subset are
 * asked the same, against the roll-ups of the same subset.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { localDate } from "../core/local-days.ts";
import type { InfluxSeries } from "../fixtures/engine-queries.ts";
import { startInflux, startVictoria } from "../fixtures/engines.ts";
import {
  dailyLines,
  type Fleet,
  fieldIndex,
  fleetLines,
  planFleet,
  SERVED_FIELDS,
  Truth,
} from "../fixtures/fleet/index.ts";

const DEFAULT_SHARDS = process.argv.includes("--default-shards");
const [caches = "2000", lastingDays = "365"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const CACHES = Number(caches);
const DAYS = Number(lastingDays);
const ASKED = 6;
const SUBSET_CACHES = 20;
const SUBSET_DAYS = 60;
const ZONE = "Europe/Berlin";
const DAY_MS = 86_400_000;
/** A whole year in the past: VictoriaMetrics takes no points of the future. */
const YEAR = 2025;
const FROM = Date.UTC(YEAR, 0, 1) - 3_600_000;
const LOCAL = SERVED_FIELDS.filter((field) => !field.includes("origin"));

/** What each question must answer, from the rows themselves. */
interface Answers {
  readonly months: Map<string, { served: number; saved: number }>;
  readonly sites: Map<string, number>;
  readonly hits: Map<number, { served: number; saved: number }>;
}

interface Timing {
  readonly question: string;
  readonly coldMs: number;
  readonly medianMs: number;
  /** CPU of the engine for one answer: what a busy machine cannot falsify. */
  readonly cpuMs: number;
  readonly right: boolean;
}

const fleet = fleetOf(CACHES, DAYS);
const truth = emptyAnswers();
const influx = await startInflux();
const victoria = await startVictoria();
try {
  await influx.createDatabase("cc");
  await influx.query("", 'CREATE RETENTION POLICY "rollup" ON "cc" DURATION INF REPLICATION 1 SHARD DURATION 52w');
  await load();
  if (DEFAULT_SHARDS)
    print("InfluxDB, shards of 7 days", await askInflux("cc", "autogen", "bytestoclients_1d", truth, DAYS));
  print("InfluxDB, shards of a year", await askInflux("cc", "rollup", "bytestoclients_1d", truth, DAYS));
  print("VictoriaMetrics", await askVictoria("bytestoclients_1d", "1d", {}, truth, DAYS));
  await compareWithRaw();
} finally {
  await influx.stop();
  await victoria.stop();
}

function fleetOf(caches: number, days: number): Fleet {
  return planFleet({
    seed: 2026,
    caches,
    regions: 12,
    fromMs: FROM,
    toMs: FROM + days * DAY_MS,
    zone: ZONE,
    incidentsPerMonth: 0.3,
  });
}

function emptyAnswers(): Answers {
  return { months: new Map(), sites: new Map(), hits: new Map() };
}

async function load(): Promise<void> {
  const began = performance.now();
  let points = 0;
  const batch: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    const body = batch.splice(0).join("");
    size = 0;
    await Promise.all([
      DEFAULT_SHARDS ? post(`${influx.url}/write?db=cc&rp=autogen&precision=ms`, body) : undefined,
      post(`${influx.url}/write?db=cc&rp=rollup&precision=ms`, body),
      post(`${victoria.url}/write?precision=ms`, body),
    ]);
  };
  for await (const text of dailyLines(fleet, (cache, dayMs, sums) => note(truth, cache.tags, dayMs, sums))) {
    const lines = onlyBytes(text);
    for (let at = lines.indexOf("\n"); at >= 0; at = lines.indexOf("\n", at + 1)) points++;
    batch.push(lines);
    size += lines.length;
    if (size > 8_000_000) await flush();
  }
  await flush();
  await victoria.flush();
  console.log(`${CACHES} caches, ${DAYS} days: ${points} points to each engine in ${seconds(began)} s\n`);
}

function onlyBytes(lines: string): string {
  return lines
    .split("\n")
    .filter((line) => line.startsWith("bytestoclients"))
    .map((line) => `${line}\n`)
    .join("");
}

function note(answers: Answers, tags: Readonly<Record<string, string>>, dayMs: number, sums: readonly number[]): void {
  const total = (fields: readonly string[]): number =>
    fields.reduce((sum, field) => sum + (sums[fieldIndex(field)] ?? 0), 0);
  const served = total(SERVED_FIELDS);
  const saved = total(LOCAL);
  const month = new Date(dayMs + DAY_MS / 2).toISOString().slice(0, 7);
  add(answers.months, `${month} ${tags["region"]}`, served, saved);
  add(answers.hits, dayMs, served, saved);
  const site = tags["site_code"] ?? "";
  answers.sites.set(site, (answers.sites.get(site) ?? 0) + served);
}

function add<Key>(into: Map<Key, { served: number; saved: number }>, key: Key, served: number, saved: number): void {
  const sum = into.get(key) ?? { served: 0, saved: 0 };
  into.set(key, { served: sum.served + served, saved: sum.saved + saved });
}

/** Beginnings of the months, and the end. */
function months(days: number): number[] {
  const end = FROM + days * DAY_MS;
  const starts: number[] = [];
  for (let month = 0; month < 12; month++) {
    // local midnight: an hour before that of UTC in winter, two in summer
    const utc = Date.UTC(YEAR, month, 1);
    starts.push(utc - (month >= 3 && month <= 9 ? 2 : 1) * 3_600_000);
  }
  return [...starts.filter((start) => start < end), end];
}

async function askInflux(db: string, policy: string, name: string, answers: Answers, days: number): Promise<Timing[]> {
  const sum = (fields: readonly string[]): string => fields.map((field) => `sum("${field}")`).join(" + ");
  const from = `"${policy}"."${name}"`;
  const range = (a: number, b: number): string => `time >= ${a}ms AND time < ${b}ms`;
  const edges = months(days);
  // each field once: whoever draws the answer adds and divides
  const parts = SERVED_FIELDS.map((field) => `sum("${field}")`).join(", ");
  const isLocal = SERVED_FIELDS.map((field) => LOCAL.includes(field));
  const ratioParts = (values: readonly unknown[]): string => {
    const served = values.reduce<number>((total, value) => total + Number(value), 0);
    const saved = values.reduce<number>((total, value, i) => total + (isLocal[i] === true ? Number(value) : 0), 0);
    return `${saved} ${served}`;
  };
  const byMonth = edges
    .slice(0, -1)
    .map((start, i) => `SELECT ${parts} FROM ${from} WHERE ${range(start, edges[i + 1] ?? 0)} GROUP BY "region"`);
  const all = range(FROM, FROM + days * DAY_MS);
  // local midnight is 23:00 or 22:00 UTC: windows from 22:00 on hold each once, and cost half of what tz() does; raw
  // minutes need the real days
  const window = name.endsWith("_1d") ? "time(1d, -2h) fill(none)" : `time(1d) fill(none) tz('${ZONE}')`;
  const sites = `SELECT top("served", "site_code", 20) FROM (SELECT ${sum(SERVED_FIELDS)} AS "served" FROM ${from} WHERE ${all} GROUP BY "site_code")`;
  const hits = `SELECT ${parts} FROM ${from} WHERE ${all} GROUP BY ${window}`;
  return [
    await time(
      "served and saved by region and month",
      () => influx.query(db, byMonth.join("; ")),
      (series) => {
        const found = series.flatMap(({ tags, values }) =>
          values.map(([at, ...sums]) => `${monthOf(Number(at))} ${tags?.["region"]} ${ratioParts(sums)}`),
        );
        return same(
          found,
          [...answers.months].map(([key, { served, saved }]) => `${key} ${saved} ${served}`),
        );
      },
    ),
    await time(
      "top 20 sites",
      () => influx.query(db, sites),
      (series: InfluxSeries[]) =>
        // raw rows of macOS 10.12 have no parents: a sum over fields finds nothing for a site that has only such caches
        !name.endsWith("_1d") ||
        same(
          (series[0]?.values ?? []).map(([, served]) => String(served)),
          topSites(answers).map(String),
        ),
    ),
    await time(
      "hit ratio of all by day",
      () => influx.query(db, hits),
      (series: InfluxSeries[]) =>
        same(
          (series[0]?.values ?? []).map(
            ([at, ...values]) => `${localDate(Number(at) + 2 * 3_600_000, ZONE)} ${ratioParts(values)}`,
          ),
          [...answers.hits].map(([at, { saved, served }]) => `${localDate(at, ZONE)} ${saved} ${served}`),
        ),
    ),
  ];
}

/** @param window that holds one bucket, ended at noon; `labels` are asked for beside the name */
async function askVictoria(
  name: string,
  window: string,
  labels: Readonly<Record<string, string>>,
  answers: Answers,
  days: number,
): Promise<Timing[]> {
  const pick = (fields: readonly string[]): string => {
    const words = fields.map((field) => field.replaceAll(".", "\\\\.")).join("|");
    return `{__name__=~"${name}_(${words})"${Object.entries(labels)
      .map(([key, value]) => `,${key}="${value}"`)
      .join("")}}`;
  };
  const edges = months(days);
  const byMonth = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const [i, start] of edges.slice(0, -1).entries()) {
      const end = (edges[i + 1] ?? 0) - 1;
      const over = (fields: readonly string[]): string =>
        `sum(sum_over_time(${pick(fields)}[${end - start + 1}ms])) by (region)`;
      const [served, saved] = await Promise.all([
        victoria.query(over(SERVED_FIELDS), end),
        victoria.query(over(LOCAL), end),
      ]);
      for (const { metric, values } of served) {
        const part = saved.find((other) => other.metric["region"] === metric["region"]);
        found.push(`${monthOf(start)} ${metric["region"]} ${values[0]?.[1]} ${part?.values[0]?.[1]}`);
      }
    }
    return found;
  };
  const end = FROM + days * DAY_MS - 1;
  const sites = `topk(20, sum(sum_over_time(${pick(SERVED_FIELDS)}[${days * DAY_MS}ms])) by (site_code))`;
  const hits = `sum(sum_over_time(${pick(LOCAL)}[${window}])) / sum(sum_over_time(${pick(SERVED_FIELDS)}[${window}]))`;
  return [
    await time("served and saved by region and month", byMonth, (found) =>
      same(
        found,
        [...answers.months].map(([key, { served, saved }]) => `${key} ${served} ${saved}`),
      ),
    ),
    await time(
      "top 20 sites",
      () => victoria.query(sites, end),
      (series) =>
        same(
          series.map(({ values }) => String(values[0]?.[1])),
          topSites(answers).map(String),
        ),
    ),
    await time(
      "hit ratio of all by day",
      () => victoria.queryRange(hits, FROM + DAY_MS / 2, end, "1d"),
      (series) => {
        const found = series[0]?.values ?? [];
        const expected = [...answers.hits].sort(([a], [b]) => a - b).filter(([, { served }]) => served > 0);
        if (window !== "1d") return found.length > 0;
        return (
          found.length === expected.length &&
          found.every(
            ([, ratio], i) => Math.abs(ratio - (expected[i]?.[1].saved ?? 0) / (expected[i]?.[1].served ?? 1)) < 1e-9,
          )
        );
      },
    ),
  ];
}

/** Raw minutes of some caches against their roll-ups, in both engines. */
async function compareWithRaw(): Promise<void> {
  const subset = fleetOf(SUBSET_CACHES, SUBSET_DAYS);
  const sums = new Truth(subset);
  await influx.createDatabase("subset");
  let rows = 0;
  const raw = { statusEverySeconds: 0, selfEverySeconds: 0, warming: false, events: false };
  for await (const lines of fleetLines(subset, raw, sums)) {
    const body = onlyBytes(lines).replaceAll("server=", "part=subset,server=");
    rows += body.split("\n").length - 1;
    await Promise.all([
      post(`${influx.url}/write?db=subset&precision=ms`, body),
      post(`${victoria.url}/write?precision=ms`, body),
    ]);
  }
  await victoria.flush();
  const answers = emptyAnswers();
  for (const { server, tags } of subset.caches)
    for (const [day, values] of sums.days(server)) note(answers, tags, day, values);
  console.log(
    `subset: ${SUBSET_CACHES} caches, ${SUBSET_DAYS} days, ${sums.rows} raw rows (${rows} lines with roll-ups)\n`,
  );
  const part = { part: "subset" };
  const slow = await askInflux("subset", "autogen", "bytestoclients", answers, SUBSET_DAYS);
  const fast = await askInflux("subset", "autogen", "bytestoclients_1d", answers, SUBSET_DAYS);
  compare("InfluxDB", slow, fast);
  // days of raw rows are not aligned to local days in MetricsQL: only that it answers is checked
  const slowVm = await askVictoria("bytestoclients", "24h", part, answers, SUBSET_DAYS);
  const fastVm = await askVictoria("bytestoclients_1d", "1d", part, answers, SUBSET_DAYS);
  compare("VictoriaMetrics", slowVm, fastVm);
}

async function time<Answer>(
  question: string,
  ask: () => Promise<Answer>,
  check: (answer: Answer) => boolean,
): Promise<Timing> {
  const times: number[] = [];
  let right = true;
  const cpuBegan = engineCpuMs();
  for (let i = 0; i < ASKED; i++) {
    const began = performance.now();
    const answer = await ask();
    times.push(performance.now() - began);
    right &&= check(answer);
  }
  const [coldMs = 0, ...warm] = times;
  warm.sort((a, b) => a - b);
  return { question, coldMs, medianMs: warm[2] ?? 0, cpuMs: (engineCpuMs() - cpuBegan) / ASKED, right };
}

function print(title: string, timings: readonly Timing[]): void {
  console.log(title);
  for (const { question, coldMs, medianMs, cpuMs, right } of timings) {
    const verdict = `${right ? "right" : "WRONG"}, ${medianMs < 1000 && coldMs < 1000 ? "under" : "OVER"} 1 s`;
    console.log(`  ${question.padEnd(38)} cold ${ms(coldMs)}  median ${ms(medianMs)}  CPU ${ms(cpuMs)}  ${verdict}`);
  }
  console.log();
}

/** Medians, and first answers: VictoriaMetrics keeps the answers of ranges and gives them again. */
function compare(title: string, slow: readonly Timing[], fast: readonly Timing[]): void {
  console.log(`${title}: raw minutes against roll-ups of the same subset`);
  slow.forEach((raw, i) => {
    const rolled = fast[i] ?? raw;
    const verdict = raw.right && rolled.right ? "right" : "WRONG";
    const median = `${ms(raw.medianMs)} : ${ms(rolled.medianMs)} = ${(raw.medianMs / rolled.medianMs).toFixed(0)} times`;
    const first = `${ms(raw.coldMs)} : ${ms(rolled.coldMs)} = ${(raw.coldMs / rolled.coldMs).toFixed(0)} times`;
    console.log(`  ${raw.question.padEnd(38)} median ${median}   first ${first}   ${verdict}`);
  });
  console.log();
}

/** CPU the engines have used so far; they are children of this process. */
function engineCpuMs(): number {
  const children = execFileSync("pgrep", ["-P", String(process.pid)], { encoding: "utf8" })
    .trim()
    .split("\n");
  let ticks = 0;
  for (const child of children) {
    const path = `/proc/${child}/stat`;
    if (!existsSync(path)) continue;
    const [, , ...fields] = readFileSync(path, "utf8")
      .replace(/\(.*\)/, "x")
      .split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10;
}

function topSites({ sites }: Answers): number[] {
  return [...sites.values()].sort((a, b) => b - a).slice(0, 20);
}

/** Equal as sets: engines order groups by their own rules. */
function same(found: readonly string[], expected: readonly string[]): boolean {
  const wanted = [...expected].sort();
  const ok = found.length === wanted.length && [...found].sort().every((item, i) => item === wanted[i]);
  if (!ok)
    console.log("   found", [...found].sort().slice(0, 2), "expected", wanted.slice(0, 2), found.length, wanted.length);
  return ok;
}

function monthOf(at: number): string {
  return new Date(at + DAY_MS / 2).toISOString().slice(0, 7);
}

async function post(url: string, body: string): Promise<void> {
  if (body === "") return;
  const answer = await fetch(url, { method: "POST", body });
  if (answer.status !== 204) throw new Error(`${answer.status}: ${await answer.text()}`);
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`.padStart(8);
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
