/**
 * Savings over a large fleet: how long each panel's queries take on both engines.
 *
 *     npx tsx bench/grafana-savings.ts [caches] [days] [weeks]      default 2000 365
 *
 * Every panel is asked as Grafana asks it (All chosen, the whole range), its targets at once; after a first round that
 * nobody counts, the best, median and worst of seven are printed. InfluxDB has shards of a year, which docs/grafana.md
 * recommends for large fleets; `weeks` as third argument takes its default of a week instead.
 */
import { cpus, loadavg } from "node:os";
import { startInflux, startVictoria } from "../fixtures/engines.ts";
import { dailyLines, type Fleet, planFleet } from "../fixtures/fleet/index.ts";
import { askPanel, askVariable, type Chosen, dataPanels, type Source } from "../fixtures/grafana/ask-panel.ts";
import { writeVictoria } from "../fixtures/grafana/seed.ts";
import { boards, DEFAULT_SETTING } from "../grafana/index.ts";

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
  console.log(`${caches} caches, ${days} days, ${points} lines written to both in ${seconds(began)} s`);
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
  for await (const chunk of dailyLines(of)) {
    // only what the board reads; the other measurements stand in series of their own
    const kept = chunk.split("\n").filter((line) => line.startsWith("bytestoclients_1d"));
    const runs = kept.filter((_, i) => i % 3 === 0).map(warmingLine);
    lines += kept.length + runs.length;
    batch += `${[...kept, ...runs].join("\n")}\n`;
    if (batch.length > 4_000_000) await flush();
  }
  await flush();
  await victoria.flush();
  return lines;
}

/** A run on every third day, for a hundredth of what was served. */
function warmingLine(line: string): string {
  const [head = "", , time = ""] = splitLine(line);
  const tags = head.slice(head.indexOf(","));
  return `precacherun_1d${tags},target=all planned=5i,warmed=4i,bytes.asked=2000000000i,bytes.fromorigin=1500000000i ${time}`;
}

function splitLine(line: string): string[] {
  return line.split(/(?<!\\) /);
}

async function measure(name: string, source: Source): Promise<void> {
  const board = boards({ ...DEFAULT_SETTING, engine: source.engine, timezone: ZONE }).savings;
  const chosen: Chosen = { values: {}, fromMs: TO - days * DAY_MS, toMs: TO };
  console.log(`\n${name} (load of the machine ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores)`);
  let worst = 0;
  const rows: [string, () => Promise<unknown>][] = [
    ...dataPanels(board).map((panel): [string, () => Promise<unknown>] => [
      panel.title ?? "",
      () => askPanel(source, board, panel, chosen),
    ]),
    ...board.templating.list
      .filter(({ type }) => type === "query")
      .map((variable): [string, () => Promise<unknown>] => [
        `drop-down ${variable.label}`,
        () => askVariable(source, board, variable, chosen),
      ]),
  ];
  for (const [title, ask] of rows) {
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const start = performance.now();
      await ask();
      if (round > 0) times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    worst = Math.max(worst, times[Math.floor(ROUNDS / 2)] ?? 0);
    console.log(
      `  ${title.padEnd(32)} best ${ms(times[0])}  median ${ms(times[Math.floor(ROUNDS / 2)])}  worst ${ms(times.at(-1))}`,
    );
  }
  console.log(`  slowest median ${ms(worst)}: ${worst < 1000 ? "every panel under 1 s" : "NOT under 1 s"}`);
}

function ms(value: number | undefined): string {
  return `${Math.round(value ?? 0)} ms`.padStart(8);
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
