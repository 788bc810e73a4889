/**
 * What open pages cost the collector that serves them: its pass and its memory with nobody looking, and with 100 live pages
 * open, in turns. A pass comes every few seconds instead of every minute, each with a new row, so that every page has
 * something new after each. The closer the passes, the more of them meet the look for what is new, once a second.
 *
 * Run: npx tsx bench/serve/open-pages.ts [--pages 100] [--turns 3] [--passes 12] [--every 2]; first node scripts/build/build.mjs
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type ClientRequest, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openSqliteFile } from "../../fixtures/content-cache/sqlite-file.ts";
import { figure } from "../figures.ts";
import { median } from "../measure.ts";

const LARDER = join(import.meta.dirname, "../../dist/larder.js");
const APPLE_MS = Date.UTC(2001, 0, 1);
const DAYS = 14;
const COLUMNS = ["CACHE", "ORIGIN", "PEER"].map((from) => `ZBYTESFROM${from}TOCLIENT`);

const { values } = parseArgs({
  options: {
    pages: { type: "string", default: "100" },
    turns: { type: "string", default: "3" },
    passes: { type: "string", default: "12" },
    every: { type: "string", default: "2" },
  },
});
const [pages, turns, passes] = [Number(values.pages), Number(values.turns), Number(values.passes)];
const every = Number(values.every);

const folder = await mkdtemp(join(tmpdir(), "lpages-"));
const database = await openSqliteFile(join(folder, "Metrics.db"));
database.run(
  `CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ${COLUMNS.map((name) => `${name} INTEGER`).join(", ")})`,
);
const addRow = (timeMs: number): void => {
  const seconds = (timeMs - APPLE_MS) / 1000;
  database.run(`INSERT INTO ZMETRIC (ZCREATIONDATE, ${COLUMNS.join(", ")}) VALUES (${seconds}, 900000, 90000, 9000)`);
};
const startMs = Date.now();
for (let ms = startMs - DAYS * 86_400_000; ms < startMs; ms += 60_000) addRow(ms);
database.save();
const settings = {
  ...{
    server: "c1",
    stateDir: join(folder, "state"),
    timezone: "UTC",
    schedule: `*/${every} * * * * *`,
    spreadSeconds: 0,
  },
  sources: { metricsDb: { path: join(folder, "Metrics.db") }, metricsSqlite: { enabled: false } },
  serve: { port: 0 },
};
await writeFile(join(folder, "larder.json"), JSON.stringify(settings));

const child = spawn(
  process.execPath,
  [LARDER, "collect", "--serve", "--json", "--config", join(folder, "larder.json")],
  {
    stdio: ["ignore", "pipe", "pipe"],
  },
);
let pass: (seconds: number) => void = () => undefined;
createInterface({ input: child.stdout }).on("line", (line) => pass((JSON.parse(line) as { seconds: number }).seconds));
const url = await urlOf(child);
const rows = setInterval(() => {
  addRow(Date.now());
  database.save();
}, every * 1000);
// the back-fill, and what a first page reads
await timesOf(3);
await once(open(`${url}`).request, "response");
await timesOf(passes);

const alone: number[] = [];
const watched: number[] = [];
const memory: { readonly alone: number; readonly watched: number }[] = [];
let events = 0;
for (let turn = 0; turn < turns; turn++) {
  alone.push(...(await timesOf(passes)));
  const before = residentMB();
  const readers = Array.from({ length: pages }, () => open(`${url}feed?page=%2F`));
  await sleep(2000);
  watched.push(...(await timesOf(passes)));
  memory.push({ alone: before, watched: residentMB() });
  for (const { request, bytes } of readers) {
    if (bytes() > 0) events++;
    request.destroy();
  }
  await sleep(1000);
}
clearInterval(rows);
child.kill("SIGTERM");
await once(child, "close");
database.close();
await rm(folder, { recursive: true });

const ratio = median(watched) / median(alone);
const more = Math.max(...memory.map((each) => each.watched - each.alone));
console.log(`pass alone ${ms(alone)}, with ${pages} pages ${ms(watched)}: ${ratio.toFixed(2)} x`);
console.log(`memory ${memory.map((each) => `${each.alone.toFixed(0)} > ${each.watched.toFixed(0)} MB`).join(", ")}`);
console.log(`pages that were fed: ${events} of ${pages * turns}`);
const good = ratio <= 1.1 && more <= 30 && events === pages * turns;
const inMs = (seconds: readonly number[]): number[] => seconds.map((each) => each * 1000);
const [larder, nobody] = [inMs(watched), { name: "nobody looking", values: inMs(alone) }];
figure({ what: `a pass with ${pages} open pages`, unit: "ms", larder, peer: nobody, goal: "1.1 x, 30 MB" });
console.log(good ? "within 1.1 x and 30 MB" : "NOT within 1.1 x and 30 MB");
process.exitCode = good ? 0 : 1;

/** Seconds of the next passes. */
async function timesOf(count: number): Promise<number[]> {
  const times: number[] = [];
  await new Promise<void>((done) => {
    pass = (seconds) => {
      times.push(seconds);
      if (times.length === count) done();
    };
  });
  return times;
}

function open(address: string): { readonly request: ClientRequest; readonly bytes: () => number } {
  let bytes = 0;
  const request = get(address, { agent: false }, (answer) => {
    answer.on("data", (piece: Buffer) => {
      bytes += piece.length;
    });
    answer.on("error", () => undefined);
  });
  request.on("error", () => undefined);
  return { request, bytes: () => bytes };
}

async function urlOf({ stderr }: ChildProcess): Promise<string> {
  let said = "";
  for await (const piece of stderr ?? []) {
    said += String(piece);
    const found = /"url":"([^"]+)"/.exec(said)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(said);
}

/** Of the collector; on Linux. */
function residentMB(): number {
  const [, kb = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
  return Number(kb) / 1024;
}

function ms(seconds: readonly number[]): string {
  return `${(median(seconds) * 1000).toFixed(1)} ms`;
}
