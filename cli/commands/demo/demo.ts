/**
 * What `larder demo` does: a story on the live page, or one look at a small world in the terminal; real passes over stand-ins.
 *
 * @module
 */

import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createCollector, type PassReport } from "../../../collector/index.ts";
import { validateSettings } from "../../../core/config/config.ts";
import { LarderError } from "../../../core/errors.ts";
import { FOLDER_FOR_ALL, makeFolder } from "../../../core/files.ts";
import { httpRequest } from "../../../core/http/http.ts";
import { silentLog } from "../../../core/log.ts";
import { bucketsBefore } from "../../../core/time/local-days.ts";
import { countText } from "../../../core/words/amounts.ts";
import {
  cacheRows,
  type Fleet,
  type FleetCache,
  planFleet,
  writeMetricsDb,
  writeMetricsSqlite,
} from "../../../fixtures/fleet/index.ts";
import { larderOptions, type Settings } from "../../load-settings.ts";
import { colour, isTerminal, print, printJson } from "../../output.ts";
import { followSignals } from "../../signals.ts";
import { table } from "../../table.ts";
import { type HistoryAsk, savingsJson, savingsRows, savingsSentence, savingsTable } from "../history/history.ts";
import { makeDemoReport } from "./demo-report.ts";
import type { DemoFlags } from "./register.ts";
import { A_MINUTE, type Agreement, tellStory } from "./story.ts";

const ZONE = "Europe/Berlin";
const DAYS = 7;
const DATABASE = "larder_demo";

/** The two caches of the demo: one of each generation. */
interface World {
  readonly folder: string;
  readonly fleet: Fleet;
  readonly old: FleetCache;
  readonly current: FleetCache;
}

/** Runs the command. */
export async function demo(flags: DemoFlags): Promise<void> {
  const folder = flags.dir ?? (await mkdtemp(join(tmpdir(), "larder-demo-")));
  await makeFolder(folder, { mode: FOLDER_FOR_ALL });
  const isOnce = flags.once === true || flags.json === true || !isTerminal();
  try {
    if (flags.influx !== undefined) await createDatabase(flags.influx);
    if (isOnce) await lookOnce(folder, flags);
    else await tell(folder, flags);
    if (flags.json !== true) farewell(flags.influx);
  } finally {
    if (flags.dir === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** A week of two caches, collected once, and a report of it. */
async function lookOnce(folder: string, flags: DemoFlags): Promise<void> {
  const nowMs = Date.now();
  const world = makeWorld(folder, nowMs);
  const ask = askFor(world, nowMs);
  if (flags.json !== true) introduce(world, flags.influx);
  await grow(world, nowMs);
  const reports = await collectBoth(world, flags.influx);
  const { path } = await makeDemoReport({ stateDir: ask.stateDir, timezone: ZONE }, flags.dir ?? tmpdir());
  if (flags.json === true) {
    printJson({ reports: reports.map(reportJson), ...savingsJson(await savingsRows(ask), ask), report: path });
    return;
  }
  await show(ask, reports);
  print();
  print(`A report of it, to open in a browser: ${path}`);
}

/** The story on the live page, which stays open until it is stopped. */
async function tell(folder: string, { influx, dir }: DemoFlags): Promise<void> {
  const signals = followSignals();
  try {
    print(colour("larder demo: a school's morning in a minute, on a live page", "bold"));
    const story = await tellStory({
      folder,
      size: A_MINUTE,
      sinks: sinksOf(influx),
      port: 0,
      stop: signals.stop,
      tell: print,
    });
    try {
      if (signals.stop.aborted) return;
      print();
      printAgreement(story.agreement);
      const report = dir === undefined ? join(tmpdir(), basename(story.reportPath)) : story.reportPath;
      if (report !== story.reportPath) await copyFile(story.reportPath, report);
      print(`A report of it, to open in a browser: ${report}`);
      print(`The live page stays at ${story.url} until Ctrl-C.`);
      if (!signals.stop.aborted) await once(signals.stop, "abort");
    } finally {
      await story.close();
    }
  } finally {
    signals.release();
  }
}

/** Prints the same numbers from three places. @throws LarderError `DEMO_NUMBERS` where they differ */
function printAgreement(agreement: readonly Agreement[]): void {
  print(
    table(agreement, [
      { title: "today", value: ({ name }) => name },
      { title: "page", value: ({ page }) => page, align: "right" },
      { title: "history", value: ({ history }) => history, align: "right" },
      { title: "report", value: ({ report }) => report, align: "right" },
    ]),
  );
  const wrong = agreement.find(({ page, history, report }) => page !== history || report !== history);
  if (wrong !== undefined) {
    throw new LarderError(`Cannot vouch for "${wrong.name}": page, history and report differ`, {
      code: "DEMO_NUMBERS",
      next: "report it, with what was printed",
    });
  }
  print("Page, history and report agree.");
}

function makeWorld(folder: string, nowMs: number): World {
  const fleet = planFleet({
    seed: 2,
    caches: 12,
    regions: 2,
    fromMs: bucketsBefore(nowMs, DAYS - 1, { unit: "day", zone: ZONE }),
    toMs: nowMs + 86_400_000,
    zone: ZONE,
    intervalSeconds: 300,
    incidentsPerMonth: 0,
  });
  const old = fleet.caches.find(({ generation, tags }) => generation === "sqlite" && tags["site_code"] !== undefined);
  const current = fleet.caches.find(
    ({ generation, tags }) => generation === "db" && tags["site_code"] !== old?.tags["site_code"],
  );
  if (old === undefined || current === undefined) throw new Error("the demo's fleet has caches of both generations");
  return { folder, fleet, old, current };
}

/** Lets the databases hold everything up to a time, as macOS would have written it. */
async function grow(world: World, untilMs: number): Promise<void> {
  const until = (cache: FleetCache) => [...cacheRows(world.fleet, cache)].filter(({ timeMs }) => timeMs <= untilMs);
  await writeMetricsSqlite(join(world.folder, "Metrics.sqlite"), until(world.old));
  await writeMetricsDb(join(world.folder, "Metrics.db"), until(world.current));
}

/** A pass on each cache; both write the same journal, one after the other. */
async function collectBoth(world: World, influx: string | undefined): Promise<PassReport[]> {
  const reports: PassReport[] = [];
  const { signal } = new AbortController();
  for (const cache of [world.old, world.current]) {
    const collector = await createCollector({
      settings: settingsFor(world, cache, influx),
      log: silentLog,
      signal,
      once: true,
    });
    try {
      reports.push(await collector.pass());
    } finally {
      await collector.close();
    }
  }
  return reports;
}

function settingsFor(world: World, cache: FleetCache, influx: string | undefined): Settings {
  const { server, ...tags } = cache.tags;
  const values = {
    server,
    tags,
    stateDir: join(world.folder, "state"),
    timezone: ZONE,
    sources: {
      metricsSqlite: { enabled: cache === world.old, path: join(world.folder, "Metrics.sqlite") },
      metricsDb: { enabled: cache === world.current, path: join(world.folder, "Metrics.db") },
    },
  };
  const settings = validateSettings(larderOptions, values, "the demo");
  return { ...settings, sinks: sinksOf(influx), server: cache.server, stateDir: values.stateDir, timezone: ZONE };
}

function sinksOf(influx: string | undefined): Settings["sinks"] {
  const sinks = influx === undefined ? [] : [{ name: "influx", type: "influx1", url: influx, database: DATABASE }];
  return validateSettings(larderOptions, { sinks }, "the demo").sinks;
}

function askFor(world: World, toMs: number): HistoryAsk {
  return {
    stateDir: join(world.folder, "state"),
    timeZone: ZONE,
    fromMs: world.fleet.options.fromMs,
    toMs,
    by: "day",
    tags: {},
    groupBy: ["site_name"],
  };
}

async function createDatabase(url: string): Promise<void> {
  const answer = await httpRequest({
    url: `${url.replace(/\/+$/, "")}/query`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: `q=${encodeURIComponent(`CREATE DATABASE "${DATABASE}"`)}`,
  });
  if (answer.status === 200 && !answer.body.includes('"error"')) return;
  throw new LarderError(`Cannot create the database "${DATABASE}": ${url} answered ${answer.status}`, {
    code: "DEMO_INFLUX",
    next: "--influx takes the address of an InfluxDB 1.x without login, such as http://127.0.0.1:8086",
  });
}

function introduce(world: World, influx: string | undefined): void {
  print(colour("larder demo: two content caches, a week of school, one journal", "bold"));
  print(`  ${world.old.tags["site_name"]}: macOS Server, Metrics.sqlite`);
  print(`  ${world.current.tags["site_name"]}: macOS 10.13.4 or later, Metrics.db`);
  if (influx !== undefined) print(`  shipping to ${influx}, database ${DATABASE}`);
  print();
}

async function show(ask: HistoryAsk, reports: readonly PassReport[]): Promise<void> {
  const rows = await savingsRows(ask);
  const sources = reports.flatMap((report) => report.sources);
  for (const { name, rows: count, lines, problem } of sources) {
    print(
      problem === undefined
        ? `${name}: ${countText(count, "new row")}, ${countText(lines, "line")} into the journal`
        : problem.message,
    );
  }
  for (const sink of reports.flatMap((report) => report.sinks)) {
    print(
      `${sink.sink}: ${countText(sink.shippedLines, "line")} shipped${sink.problem === undefined ? "" : `; ${sink.problem.message}`}`,
    );
  }
  print();
  print(savingsTable(rows, ask));
  print();
  print(savingsSentence(rows));
}

/** What to type on a real cache, from a checkout. */
export const FIRST_COMMANDS = [
  "sudo npm run -s larder -- collect --once",
  "sudo npm run -s larder -- history",
] as const;

function farewell(influx: string | undefined): void {
  print();
  print("On your cache, from this folder, without any settings:");
  for (const line of FIRST_COMMANDS) print(`  ${line}`);
  if (influx !== undefined)
    print(`In InfluxDB:  SELECT sum("bytes.fromcache.toclients") FROM "bytestoclients" GROUP BY time(1d), "site_code"`);
}

function reportJson(report: PassReport): unknown {
  return {
    sources: report.sources.map(({ name, rows, lines }) => ({ name, rows, lines })),
    sinks: report.sinks.map(({ sink, shippedLines, rejectedLines }) => ({ sink, shippedLines, rejectedLines })),
  };
}
