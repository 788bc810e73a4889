/**
 * A fleet without agents for a year: the reports of 2,000 caches into a receiver, rolled up, and asked.
 *
 *     npm run build; npx tsx bench/receive/fleet-year.ts [caches] [days]      default 2000 365
 *
 * One report a cache and day, as roll-ups of closed days are what a year is asked from; they go through the receiver itself,
 * to the disk before each is acknowledged. What was rolled up goes to both engines, with all that was reported in the last
 * two days, and the panels of Savings (the whole time) and Fleet (a day) are asked as Grafana asks them. Then the program:
 * history of the year by month, status, and the live page, each in a process of its own, with the time it took and the
 * most memory it had. Its peers are the engines, asked for the same sums in the same run.
 *
 * Goals: every panel under 1 s (median of five), and history, status and page bounded in memory.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openReceiver, openSiteFile } from "../../collector/index.ts";
import { openRollup } from "../../collector/rollup/rollup.ts";
import { openJournal, openReader, type StreamName, streamFolder } from "../../core/journal/journal.ts";
import { silentLog } from "../../core/log.ts";
import { startInflux, startVictoria } from "../../fixtures/engines.ts";
import { planFleet } from "../../fixtures/fleet/index.ts";
import { askPanel, type Chosen, dataPanels, type Source } from "../../fixtures/grafana/ask-panel.ts";
import { writeVictoria } from "../../fixtures/grafana/seed.ts";
import { dailyReports, fleetSites } from "../../fixtures/reports/fleet-reports.ts";
import { boards, DEFAULT_INSTALLATION } from "../../grafana/index.ts";

const [caches = 2000, days = 365] = process.argv.slice(2, 4).map(Number);
const ZONE = "Europe/Berlin";
const DAY_MS = 86_400_000;
/** The last reports are of noon today, so that the program finds them recent. */
const TO = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const FROM = TO - days * DAY_MS;
const ROUNDS = 5;
const PROGRAM = resolve(import.meta.dirname, "../../dist/larder.js");

const folder = mkdtempSync(join(tmpdir(), "larder-fleet-year-"));
const stateDir = join(folder, "state");
const fleet = planFleet({ seed: 1, caches, regions: 16, fromMs: FROM, toMs: TO, zone: ZONE });
const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
try {
  console.log(`${caches} caches, ${days} days; ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  await receive();
  await rollUp();
  await influx.query("", `CREATE DATABASE "larder" WITH DURATION INF SHARD DURATION 52w NAME "autogen"`);
  await ship("rollup", (line) => /^\w+_1d,/.test(line));
  const lately = TO - 2 * DAY_MS;
  await ship("receiver", (line) => Number(line.slice(line.lastIndexOf(" ") + 1)) >= lately);
  await victoria.flush();
  const sources: [string, Source][] = [
    ["InfluxDB 1.6.7, shards of 52w", { engine: "influxdb", url: influx.url, database: "larder", zone: ZONE }],
    ["VictoriaMetrics 1.79.5", { engine: "victoriametrics", url: victoria.url, database: "", zone: ZONE }],
  ];
  for (const [name, source] of sources) await askBoards(name, source);
  await runProgram();
} finally {
  await Promise.all([influx.stop(), victoria.stop()]);
  rmSync(folder, { recursive: true, force: true });
}

async function receive(): Promise<void> {
  const path = join(folder, "sites.csv");
  writeFileSync(path, fleetSites(fleet));
  const sites = await openSiteFile({ path, unassigned: {}, log: silentLog });
  let nowMs = FROM;
  const receiver = await openReceiver({
    ...{ stateDir, server: "receiver", tags: {}, sites: sites.sites, log: silentLog, nowMs: () => nowMs },
  });
  const [route] = receiver.routes;
  if (route === undefined) throw new Error("the receiver has a route");
  const began = performance.now();
  let taken = 0;
  for (const { endMs, reports } of dailyReports(fleet)) {
    nowMs = endMs + 60_000;
    const answers = reports.map(async (report) => {
      const body = Buffer.from(JSON.stringify(report), "utf8");
      const url = new URL("http://localhost/metrics");
      const answer = await route.answer({
        ...{ method: "POST", url, parameters: {}, headers: {}, body, identity: undefined, address: "::1" },
      });
      if (!("status" in answer) || answer.status !== 202) throw new Error("a report was not taken");
      taken++;
    });
    await Promise.all(answers);
  }
  await receiver.close();
  sites.close();
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `  received ${taken} reports in ${seconds.toFixed(0)} s, ${Math.round(taken / seconds)} a second; most memory ${peak(process.pid)} MB`,
  );
}

async function rollUp(): Promise<void> {
  const began = performance.now();
  const journal = await openJournal(stateDir, "rollup");
  await openRollup({ stateDir, writers: [], journal, timeZone: ZONE, nowMs: () => TO + DAY_MS }).run();
  await journal.close();
  console.log(
    `  rolled up in ${((performance.now() - began) / 1000).toFixed(0)} s; most memory ${peak(process.pid)} MB`,
  );
}

/** Sends lines of a stream to both engines. */
async function ship(stream: StreamName, wanted: (line: string) => boolean): Promise<void> {
  const reader = openReader(streamFolder(stateDir, stream), stream);
  let batch = "";
  const flush = async (): Promise<void> => {
    if (batch === "") return;
    const text = batch;
    batch = "";
    await Promise.all([writeInflux(text), writeVictoria(victoria, text)]);
  };
  for (const { number } of await reader.segments()) {
    for await (const bytes of reader.bytes(number)) {
      for (const line of bytes.toString("utf8").split("\n"))
        if (line !== "" && !line.startsWith("#") && wanted(line)) batch += `${line}\n`;
      if (batch.length > 1_000_000) await flush();
    }
  }
  await flush();
}

/** A busy InfluxDB answers a write it could not finish in ten seconds with a timeout: written again, it is the same. */
async function writeInflux(lines: string): Promise<void> {
  for (let left = 5; ; left--) {
    try {
      return await influx.writeLines("larder", lines);
    } catch (error) {
      if (left === 0) throw error;
      await sleep(2000);
    }
  }
}

async function askBoards(name: string, source: Source): Promise<void> {
  const built = boards({ ...DEFAULT_INSTALLATION, engine: source.engine, timezone: ZONE });
  console.log(`\n${name} (load ${loadavg()[0]?.toFixed(1)})`);
  for (const [board, span] of [
    ["savings", days * DAY_MS],
    ["fleet", DAY_MS],
  ] as const) {
    let slowest = { title: "", median: 0 };
    let asked = 0;
    for (const panel of dataPanels(built[board])) {
      const times: number[] = [];
      let rows = 0;
      for (let round = 0; round < ROUNDS; round++) {
        // a second later each time: the same instant twice would come from a cache
        const chosen: Chosen = { values: {}, fromMs: TO - span, toMs: TO + 1000 * round };
        const start = performance.now();
        const { frames } = await askPanel(source, built[board], panel, chosen);
        times.push(performance.now() - start);
        rows = Math.max(0, ...frames.map(({ columns }) => columns[0]?.values.length ?? 0));
      }
      const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
      asked++;
      if (median > slowest.median) slowest = { title: `${panel.title} (${rows} rows)`, median };
    }
    if (slowest.median >= 1000) process.exitCode = 1;
    console.log(
      `  ${board.padEnd(8)} ${asked} panels over ${Math.round(span / DAY_MS)} days; slowest, median: ${Math.round(slowest.median)} ms, ${slowest.title}`,
    );
  }
}

async function runProgram(): Promise<void> {
  const config = join(folder, "larder.json");
  writeFileSync(config, JSON.stringify({ stateDir, server: "receiver", timezone: ZONE }));
  console.log("\nThe program over the same state folder");
  const [from, to] = [FROM, TO].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const history = ["history", "--from", from ?? "", "--to", to ?? "", "--by", "month", "--json"];
  await timed("history of all by month", [...history, "-c", config]);
  await timed("history by region and month", [...history, "--group-by", "region", "-c", config]);
  await timed("status", ["status", "--json", "-c", config]);
  await served(["serve", "--port", "0", "--json", "-c", config]);
  const sum = `SELECT sum("local") FROM "served_1d" WHERE time >= ${FROM}ms AND time < ${TO}ms GROUP BY time(30d), "region"`;
  const start = performance.now();
  await influx.query("larder", sum);
  console.log(`  peer: InfluxDB, by region and 30 days       ${ms(performance.now() - start)}`);
}

async function timed(what: string, words: readonly string[]): Promise<void> {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const most = await watch(child);
  console.log(
    `  ${what.padEnd(42)}${ms(performance.now() - start)}  most memory ${most} MB, ${bytes} bytes, exit ${child.exitCode}`,
  );
}

/** Starts the live page, asks for it twice, and ends it. */
async function served(words: readonly string[]): Promise<void> {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const watching = watch(child);
  const url = await new Promise<string>((found, fail) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const [match] = /http:[^"\s]+/.exec(text) ?? [];
      if (match !== undefined) found(match);
    });
    child.once("exit", () => fail(new Error("serve has ended")));
  });
  const ready = performance.now() - start;
  const asked: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 2; round++) {
    const before = performance.now();
    bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
    asked.push(performance.now() - before);
  }
  child.kill("SIGTERM");
  const most = await watching;
  console.log(
    `  ${"serve: ready, first page, next page".padEnd(42)}${ms(ready)} ${asked.map(ms).join(" ")}  most memory ${most} MB, page ${bytes} bytes`,
  );
}

/** The most memory a process has had until it ends, megabytes. */
async function watch(child: ChildProcess): Promise<number> {
  let most = 0;
  while (child.exitCode === null && child.signalCode === null) {
    most = Math.max(most, peak(child.pid ?? 0));
    await sleep(50);
  }
  return most;
}

/** Most memory of a process so far, megabytes. */
function peak(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000);
  } catch {
    return 0;
  }
}

function ms(value: number): string {
  return `${Math.round(value)} ms`.padStart(9);
}
