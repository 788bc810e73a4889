/**
 * Savings over a large fleet: how long each panel's queries take on both engines.
 *
 *     npx tsx bench/grafana/savings.ts [caches] [days] [weeks]      default 2000 365
 *
 * Every panel is asked as Grafana asks it (All chosen, the whole range), its targets at once: the first time, then seven
 * times more, of which best, median and worst are printed, and the processor time of the server, which says more where
 * other programs want the same cores. InfluxDB has shards of a year, which docs/grafana.md
 * recommends for large fleets; `weeks` as third argument takes its default of a week instead.
 *
 * Goal: every panel under 1 s (median).
 */
import { cpus, loadavg } from "node:os";
import { startInflux, startVictoria } from "../../fixtures/engines.ts";
import {
  cacheTagText,
  dailySums,
  type Fleet,
  planFleet,
  servedLines,
  warmedLines,
} from "../../fixtures/fleet/index.ts";
import { askPanel, askVariable, type Chosen, dataPanels, type Source } from "../../fixtures/grafana/ask-panel.ts";
import { writeVictoria } from "../../fixtures/grafana/seed.ts";
import { boards, DEFAULT_INSTALLATION } from "../../grafana/index.ts";
import { engineCpuMs } from "../ship/engine-cpu.ts";

const [caches = 2000, days = 365] = process.argv.slice(2, 4).map(Number);
const shards = process.argv[4] === "weeks" ? "7d" : "52w";
const ZONE = "Europe/Berlin";
const DAY_MS = 86_400_000;
const TO = Date.parse("2026-11-20T12:00:00Z");
const ROUNDS = 7;

const fleet = planFleet({ seed: 1, caches, regions: 16, fromMs: TO - days * DAY_MS, toMs: TO, zone: ZONE });
const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
try {
  await influx.query("", `CREATE DATABASE "larder" WITH DURATION INF SHARD DURATION ${shards} NAME "autogen"`);
  const began = Date.now();
  const points = await seed(fleet);
  console.log(`${caches} caches, ${days} days, ${points} daily roll-ups written to both in ${seconds(began)} s`);
  const sources: [string, Source][] = [
    [`InfluxDB 1.6.7, shards of ${shards}`, { engine: "influxdb", url: influx.url, database: "larder", zone: ZONE }],
    ["VictoriaMetrics 1.79.5", { engine: "victoriametrics", url: victoria.url, database: "", zone: ZONE }],
  ];
  for (const [name, source] of sources) await measure(name, source);
} finally {
  await Promise.all([influx.stop(), victoria.stop()]);
}

async function seed(of: Fleet): Promise<number> {
  let lines = 0;
  let batch = "";
  const flush = async (): Promise<void> => {
    if (batch === "") return;
    const text = batch;
    batch = "";
    await Promise.all([influx.writeLines("larder", text), writeVictoria(victoria, text)]);
  };
  for (const cache of of.caches) {
    // only what the board reads (its drop-downs read the tags of bytestoclients_1d); everything else is in series of its own
    const tags = cacheTagText(cache);
    for (const [day, sums] of dailySums(of, cache)) {
      batch += `bytestoclients_1d${tags} bytes.fromcache.toclients=0i ${day}\n`;
      batch += servedLines(tags, sums, day);
      lines++;
      // a run on every third day
      if (lines % 3 !== 0) continue;
      batch += warmedLines(`${tags},target=all`, 500_000_000, day);
    }
    if (batch.length > 4_000_000) await flush();
  }
  await flush();
  await victoria.flush();
  return lines;
}

async function measure(name: string, source: Source): Promise<void> {
  const board = boards({ ...DEFAULT_INSTALLATION, engine: source.engine, timezone: ZONE }).savings;
  // a second later each time, as a page that is loaded again: the same instant twice would come from a cache
  let later = 0;
  const chosen = (): Chosen => ({ values: {}, fromMs: TO - days * DAY_MS, toMs: TO + 1000 * later++ });
  console.log(`\n${name} (load of the machine ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores)`);
  let worst = 0;
  let most = 0;
  const rows: [string, () => Promise<number>][] = [
    // clients are in a section that is closed until somebody opens it
    ...dataPanels(board)
      .filter((panel) => !JSON.stringify(panel.targets).includes("cacheclients"))
      .map((panel): [string, () => Promise<number>] => [
        panel.title ?? "",
        async () => {
          const { frames } = await askPanel(source, board, panel, chosen());
          return Math.max(0, ...frames.map(({ columns }) => columns[0]?.values.length ?? 0));
        },
      ]),
    ...board.templating.list
      .filter(({ type }) => type === "query")
      .map((variable): [string, () => Promise<number>] => [
        `drop-down ${variable.label}`,
        async () => (await askVariable(source, board, variable, chosen())).length,
      ]),
  ];
  for (const [title, ask] of rows) {
    const times: number[] = [];
    const spent: number[] = [];
    let first = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const cpu = engineCpuMs(source.engine);
      const start = performance.now();
      if ((await ask()) === 0) throw new Error(`${title} is empty: there is nothing to measure`);
      const took = performance.now() - start;
      spent.push(engineCpuMs(source.engine) - cpu);
      if (round === 0) first = took;
      else times.push(took);
    }
    times.sort((a, b) => a - b);
    spent.sort((a, b) => a - b);
    most = Math.max(most, spent[Math.floor(ROUNDS / 2)] ?? 0);
    worst = Math.max(worst, times[Math.floor(ROUNDS / 2)] ?? 0);
    console.log(
      `  ${title.padEnd(36)} first ${ms(first)}  best ${ms(times[0])}  median ${ms(times[Math.floor(ROUNDS / 2)])}  worst ${ms(times.at(-1))}  CPU ${ms(spent[Math.floor(ROUNDS / 2)])}`,
    );
  }
  if (worst >= 1000) process.exitCode = 1;
  console.log(`  slowest panel: median${ms(worst)}; most processor time${ms(most)}, over ${cpus().length} cores`);
}

function ms(value: number | undefined): string {
  return `${Math.round(value ?? 0)} ms`.padStart(8);
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
