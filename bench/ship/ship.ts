/**
 * Shipping against raw posting: the same lines from the journal through the shipper, and prebuilt bodies through undici
 * with four in flight, in turns, each into a new database of a real InfluxDB 1.6.7.
 *
 *     npx tsx bench/ship/ship.ts [collections] [rounds]
 *
 * 80,000 collections are 560,000 lines and 2,000,000 fields. Ratios count; seconds depend on who else is at work.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { createShipper } from "../../collector/ship/ship.ts";
import { influxV1Sink } from "../../collector/sinks/influx-v1.ts";
import { PIECE_LIMITS } from "../../collector/sinks/line-post.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { enginesAvailable, type InfluxEngine, NO_ENGINES, startInflux } from "../../fixtures/engines.ts";
import { figure } from "../figures.ts";
import { median } from "../measure.ts";

/** Fields of a collection by measurement: 25 values in 7 lines. */
const SHAPE = {
  bytestoclients: 5,
  bytesdropped: 1,
  bytesimported: 2,
  bytespurged: 4,
  imports: 2,
  replies: 5,
  requests: 6,
};
const LINES_PER_COLLECTION = Object.keys(SHAPE).length;
const IN_FLIGHT = 4;
const T0 = 1_600_000_000_000;

const collections = Number(process.argv[2] ?? 80_000);
const rounds = Number(process.argv[3] ?? 3);

if (enginesAvailable()) await main();
else console.log(NO_ENGINES);

async function main(): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), "larder-bench-"));
  const engine = await startInflux();
  try {
    const bodies = await fillJournal(stateDir);
    const ratios: number[] = [];
    const walls = { ship: [] as number[], raw: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const raw = await timed(engine, `raw${round}`, (database) => postRaw(engine, database, bodies));
      const ours = await timed(engine, `ship${round}`, (database) => ship(engine, database, stateDir));
      ratios.push(ours.wall / raw.wall);
      walls.ship.push(ours.wall);
      walls.raw.push(raw.wall);
      console.log(`round ${round + 1}: raw ${costText(raw)}, ship ${costText(ours)}`);
    }
    figure({
      what: `shipping of ${collections * LINES_PER_COLLECTION} lines to InfluxDB`,
      unit: "s",
      larder: walls.ship,
      peer: { name: "the same bodies posted", values: walls.raw },
    });
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(
      `${collections * LINES_PER_COLLECTION} lines: ship/raw ${median(ratios).toFixed(2)} (median of pairs), peak ${peak} MiB with the prebuilt bodies`,
    );
  } finally {
    await engine.stop();
    await rm(stateDir, { recursive: true });
  }
}

/** Writes the lines to the journal and returns them as bodies of the same size as the shipper's pieces. */
async function fillJournal(stateDir: string): Promise<Buffer[]> {
  const journal = await openJournal(stateDir, "collector");
  const bodies: Buffer[] = [];
  const perBody = Math.floor(PIECE_LIMITS.maxLines / LINES_PER_COLLECTION);
  for (let from = 0; from < collections; from += perBody) {
    const to = Math.min(collections, from + perBody);
    const body = Buffer.from(linesOf(from, to));
    const span = { fromMs: T0 + from * 60_000, toMs: T0 + to * 60_000 };
    await journal.append({ lines: body, lineCount: (to - from) * LINES_PER_COLLECTION, span });
    bodies.push(body);
  }
  await journal.close();
  return bodies;
}

function linesOf(from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) {
    for (const [measurement, fields] of Object.entries(SHAPE)) {
      const values = Array.from({ length: fields }, (_, f) => `field.number.${f}=${(i * 7919 + f) % 1_000_003}i`);
      text += `${measurement},region=north,server=cache-01,site_code=1234 ${values.join(",")} ${T0 + i * 60_000}\n`;
    }
  }
  return text;
}

/** Seconds of wall time, and of CPU in this process. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function timed(engine: InfluxEngine, database: string, run: (database: string) => Promise<void>): Promise<Cost> {
  await engine.createDatabase(database);
  const started = performance.now();
  const before = process.cpuUsage();
  await run(database);
  const { user, system } = process.cpuUsage(before);
  const cost = { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
  const count = await engine.value(database, 'SELECT count("field.number.0") FROM bytestoclients');
  if (count !== collections) throw new Error(`${database} holds ${String(count)} of ${collections} collections`);
  await engine.query("", `DROP DATABASE "${database}"`);
  return cost;
}

function costText({ wall, cpu }: Cost): string {
  return `${wall.toFixed(2)} s (${cpu.toFixed(2)} s CPU)`;
}

/** The peer: what an engineer who knows undici would write, without reading anything. */
async function postRaw(engine: InfluxEngine, database: string, bodies: readonly Buffer[]): Promise<void> {
  const dispatcher = new Agent({ connections: IN_FLIGHT });
  const queue = [...bodies];
  const worker = async (): Promise<void> => {
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
      const url = `${engine.url}/write?db=${database}&precision=ms`;
      const answer = await request(url, { method: "POST", body, dispatcher });
      await answer.body.dump();
      if (answer.statusCode !== 204) throw new Error(`InfluxDB answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  await dispatcher.close();
}

async function ship(engine: InfluxEngine, database: string, stateDir: string): Promise<void> {
  const sink = influxV1Sink({
    name: database,
    url: engine.url,
    database,
    retentionPolicy: undefined,
    username: undefined,
    password: undefined,
    gzip: false,
    timeoutMs: 30_000,
    nowMs: Date.now,
  });
  const readers = [openReader(streamFolder(stateDir, "collector"), "collector")];
  const shipper = await createShipper({ sink, readers, stateDir, signal: new AbortController().signal });
  const report = await shipper.finish(Date.now() + 300_000);
  await shipper.close();
  if (report.backlogBytes > 0) throw report.problem ?? new Error("not everything was shipped");
}
