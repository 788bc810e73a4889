/**
 * `kill -9` at random moments of a back-fill, restarting each time, until the sums in InfluxDB and in the journal equal
 * those of the source, field by field.
 *
 * Run: npx tsx bench/collect/kill-collect.ts [--kills 200] [--rows 420000]; npm test runs a short form.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { queryHistory } from "../../core/history/history.ts";
import { MEASUREMENTS } from "../../core/schema.ts";
import { openReadOnly } from "../../core/sqlite/open.ts";
import { type InfluxEngine, startInflux } from "../../fixtures/engines.ts";
import { measure } from "../measure.ts";

const here = import.meta.dirname;
const LARDER = join(here, "../../dist/larder.js");
const DELTAS = MEASUREMENTS.filter(({ kind, name }) => kind === "delta" && !name.startsWith("precache"));

export interface KillOptions {
  readonly kills: number;
  readonly rows: number;
  /** The Node that runs larder. */
  readonly node?: string;
  readonly influx: InfluxEngine;
}

/** What came of it: how often it was killed, over how many back-fills, and every sum that is wrong. */
export interface KillResult {
  readonly kills: number;
  readonly backfills: number;
  readonly wrong: readonly string[];
}

/** Runs back-fills until as many kills have struck. */
export async function killCollect(options: KillOptions): Promise<KillResult> {
  const folder = await mkdtemp(join(tmpdir(), "lkill-"));
  const database = join(folder, "Metrics.sqlite");
  await measure("python3", [join(here, "make_stats_data.py"), database, String(options.rows)]);
  const expected = await sourceSums(database);
  const wrong: string[] = [];
  let kills = 0;
  let backfills = 0;
  let longest = 2000;
  for (; kills < options.kills; backfills++) {
    const db = `kill${backfills}`;
    const state = join(folder, `state${backfills}`);
    const config = `${state}.json`;
    await options.influx.createDatabase(db);
    await writeFile(config, JSON.stringify(settings(database, state, options.influx.url, db)));
    for (let more = true; more; ) {
      const deadline = kills < options.kills ? Math.random() * longest : 600_000;
      const started = Date.now();
      const killed = await runAndKill(options.node ?? process.execPath, config, deadline);
      if (killed) kills++;
      else longest = Date.now() - started;
      more = killed;
    }
    wrong.push(...(await compare(expected, await journalSums(state), `journal of back-fill ${backfills}`)));
    wrong.push(
      ...(await compare(expected, await influxSums(options.influx, db), `InfluxDB of back-fill ${backfills}`)),
    );
    await options.influx.query(db, `DROP DATABASE "${db}"`);
    await rm(state, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
  return { kills, backfills, wrong };
}

/** True when it had to be killed; throws when it failed before that. */
async function runAndKill(node: string, config: string, afterMs: number): Promise<boolean> {
  const child = spawn(node, [LARDER, "collect", "--once", "--config", config], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const timer = new AbortController();
  void sleep(afterMs, undefined, { signal: timer.signal }).then(
    () => child.kill("SIGKILL"),
    () => false,
  );
  const { code, signal } = await ended;
  timer.abort();
  if (signal === "SIGKILL") return true;
  if (code !== 0) throw new Error(`larder collect ended with ${code}: ${said}`);
  return false;
}

type Sums = ReadonlyMap<string, bigint>;

async function sourceSums(path: string): Promise<Sums> {
  const db = await openReadOnly(path);
  try {
    const rows = db.all("SELECT metricName, sum(dataValue) FROM statsData GROUP BY metricName");
    return new Map(rows.map(([name, sum]) => [String(name), BigInt(sum as number | bigint)]));
  } finally {
    db.close();
  }
}

async function journalSums(stateDir: string): Promise<Sums> {
  const sums = new Map<string, bigint>();
  for (const { name } of DELTAS) {
    const rows = await queryHistory(stateDir, { measurement: name, fromMs: 0, toMs: 4e12, by: "all", timeZone: "UTC" });
    for (const [field, sum] of Object.entries(rows[0]?.sums ?? {})) sums.set(field, BigInt(sum));
  }
  return sums;
}

async function influxSums(influx: InfluxEngine, db: string): Promise<Sums> {
  const sums = new Map<string, bigint>();
  for (const { name, fields } of DELTAS) {
    for (const field of fields) {
      const sum = await influx.value(db, `SELECT sum("${field.name}") FROM "${name}"`);
      if (typeof sum === "number") sums.set(field.name, BigInt(sum));
    }
  }
  return sums;
}

async function compare(expected: Sums, found: Sums, where: string): Promise<string[]> {
  const wrong = [...expected].filter(([name, sum]) => found.get(name) !== sum);
  return wrong.map(([name, sum]) => `${where}: ${name} is ${found.get(name)}, the source says ${sum}`);
}

function settings(database: string, stateDir: string, url: string, db: string): unknown {
  return {
    server: "c1",
    stateDir,
    passSeconds: 600,
    // the rows are years old, and the journal is to keep them for the comparison
    journal: { keepDays: 36_500 },
    sources: { metricsSqlite: { path: database }, metricsDb: { enabled: false } },
    sinks: [{ name: "influx", type: "influx1", url, database: db }],
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { kills: { type: "string", default: "200" }, rows: { type: "string", default: "420000" } },
  });
  const influx = await startInflux();
  const result = await killCollect({ kills: Number(values.kills), rows: Number(values.rows), influx });
  await influx.stop();
  for (const line of result.wrong) console.log(line);
  console.log(`${result.kills} kills over ${result.backfills} back-fills: ${result.wrong.length} sums wrong`);
  process.exitCode = result.wrong.length === 0 ? 0 : 1;
}
