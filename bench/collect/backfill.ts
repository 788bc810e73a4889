/**
 * Back-fill of a whole statsData through the journal into a real InfluxDB 1.6.7, until everything is acknowledged,
 * against the Python program an admin would write, in the same run.
 *
 * 900,000 rows are the most there can be: 21 a minute for 30 days. Goal: at most the Python wall time on both engines, peak
 * memory at most 150 MB with node:sqlite and 300 MB with sql.js.
 *
 * Run: npx tsx bench/collect/backfill.ts [--rows 900000] [--rounds 5] [--native-only]
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nodeBinary, startInflux } from "../../fixtures/engines.ts";
import { figure } from "../figures.ts";
import { measure, median, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "900000" },
    rounds: { type: "string", default: "5" },
    "native-only": { type: "boolean", default: false },
  },
});
const rows = Number(values.rows);
const here = import.meta.dirname;
const larder = join(here, "../../dist/larder.js");
const folder = await mkdtemp(join(tmpdir(), "lbackfill-"));
const database = join(folder, "Metrics.sqlite");
await measure("python3", [join(here, "make_stats_data.py"), database, String(rows)]);

const engines = [
  ...(values["native-only"] ? [] : [{ name: `sql.js, Node ${process.versions.node}`, node: process.execPath }]),
  ...([24] as const).flatMap((major) => {
    const node = nodeBinary(major);
    return node !== undefined && existsSync(node) ? [{ name: `node:sqlite, Node ${major}`, node }] : [];
  }),
];
const influx = await startInflux();
const seconds = new Map<string, number[]>();
const memory = new Map<string, number[]>();
const note = (name: string, took: number, peakMiB: number): void => {
  seconds.set(name, [...(seconds.get(name) ?? []), took]);
  memory.set(name, [...(memory.get(name) ?? []), peakMiB]);
};

for (let round = 0; round < Number(values.rounds); round++) {
  await inNewDatabase(`peer${round}`, async (db) => {
    const run = await measure("python3", ["-S", join(here, "backfill_peer.py"), database, influx.url, db]);
    note("python3 sqlite3 + urllib", run.seconds, run.peakMiB);
  });
  for (const { name, node } of engines) {
    await inNewDatabase(`larder${round}`, async (db) => {
      const state = join(folder, `state-${round}-${name.replaceAll(/\W+/g, "")}`);
      const config = `${state}.json`;
      await writeFile(config, JSON.stringify(settings(state, db)));
      const run = await measure(node, [larder, "collect", "--once", "--json", "--config", config]);
      note(name, run.seconds, run.peakMiB);
      await rm(state, { recursive: true, force: true });
    });
  }
}
await influx.stop();
await rm(folder, { recursive: true, force: true });

const peer = seconds.get("python3 sqlite3 + urllib") ?? [];
console.log(`${rows.toLocaleString("en")} rows, ${values.rounds} rounds; least / median / most`);
for (const [name, took] of seconds) {
  const ratios = took.map((value, i) => value / (peer[i] ?? Number.NaN));
  if (took !== peer)
    figure({
      what: `back-fill of ${rows.toLocaleString("en")} rows into InfluxDB, ${name}`,
      unit: "s",
      larder: took,
      peer: { name: "python3", values: peer },
      goal: "1 x",
    });
  console.log(
    `${name.padEnd(28)} ${spread(took)} s   ratio ${spread(ratios)}   ${median(memory.get(name) ?? []).toFixed(0)} MiB`,
  );
}

/** Runs against a database of its own and checks that every number arrived. */
async function inNewDatabase(db: string, work: (db: string) => Promise<void>): Promise<void> {
  await influx.createDatabase(db);
  await work(db);
  const counted = await influx.query(db, "SELECT count(*) FROM /^(bytes|imports|replies|requests)[a-z]*$/");
  let fields = 0;
  for (const { values: lines } of counted)
    for (const line of lines) for (const cell of line.slice(1)) fields += Number(cell ?? 0);
  if (fields !== rows) throw new Error(`${db}: ${fields} numbers arrived of ${rows}`);
  await influx.query(db, `DROP DATABASE "${db}"`);
}

function settings(stateDir: string, db: string): unknown {
  return {
    server: "larder",
    stateDir,
    tags: { region: "North", site_code: "1234", site_name: "Hill School", school_type: "primary" },
    passSeconds: 3600,
    sources: { metricsSqlite: { path: database }, metricsDb: { enabled: false } },
    sinks: [{ name: "influx", type: "influx1", url: influx.url, database: db, timeoutSeconds: 60 }],
  };
}
