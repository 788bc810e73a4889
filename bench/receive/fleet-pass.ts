/**
 * The passes beside a receiver: what a pass costs by what is new, in a large fleet and in a small one.
 *
 *     npx tsx bench/receive/fleet-pass.ts [--caches 2000] [--new 20] [--passes 12]
 *
 * Two receivers, one of a whole fleet and one of as many caches as report between two passes: each pass of either finds
 * the same number of new reports, one of them late for an hour and a day that are closed. What is open of a fleet grows
 * with its caches; the work of a pass should not. Goal: at most twice the processor time of the small one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CollectorMemory, createCollector } from "../../collector/collector.ts";
import { collectorOptions } from "../../collector/options.ts";
import { NO_SITES, openReceiver, type Receiver } from "../../collector/receiver/receiver.ts";
import { silentLog } from "../../core/log.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { figure } from "../figures.ts";
import { median, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    caches: { type: "string", default: "2000" },
    new: { type: "string", default: "20" },
    passes: { type: "string", default: "12" },
  },
});
const [caches, fresh, passes] = [values.caches, values.new, values.passes].map(Number) as [number, number, number];
const MINUTE_MS = 60_000;
const LATE_MS = 2 * 86_400_000;
const START_MS = Date.parse("2026-11-18T10:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "larder-fleet-pass-"));
let nowMs = START_MS;

interface World {
  readonly caches: number;
  readonly stateDir: string;
  readonly receiver: Receiver;
  readonly memory: CollectorMemory;
  readonly cpuMs: number[];
}

async function openWorld(count: number): Promise<World> {
  const stateDir = join(folder, String(count));
  const own = { stateDir, server: "receiver", tags: {}, sites: () => NO_SITES, log: silentLog, nowMs: () => nowMs };
  return { caches: count, stateDir, receiver: await openReceiver(own), memory: new CollectorMemory(), cpuMs: [] };
}

/** Sends a report of some caches, from a time on. */
async function report({ receiver }: World, from: number, count: number, atMs: number): Promise<void> {
  const answers = Array.from({ length: count }, async (_, i) => {
    const guid = `00000000-0000-4000-8000-${String(from + i).padStart(12, "0")}`;
    const date = new Date(atMs).toISOString();
    const body = reportBody({
      serverGUID: guid,
      serialNumber: guid,
      hostname: guid,
      reportDate: date,
      creationDate: date,
    });
    const url = new URL("http://localhost/metrics");
    const answer = await receiver.routes[0]?.answer({
      ...{ method: "POST", url, parameters: {}, headers: {}, body, identity: undefined, address: "::1" },
    });
    if (answer === undefined || !("status" in answer) || answer.status !== 202)
      throw new Error("a report was not taken");
  });
  await Promise.all(answers);
}

/** A pass as the process beside the receiver makes it. */
async function pass({ stateDir, memory, cpuMs }: World): Promise<void> {
  const off = { enabled: false };
  const sources = { metricsSqlite: off, metricsDb: off, managerStatus: off, serviceLog: off };
  const settings = { ...collectorOptions.parse({ sources }), server: "receiver", stateDir, timezone: "UTC" };
  const before = process.cpuUsage();
  const signal = new AbortController().signal;
  const collector = await createCollector({ settings, log: silentLog, signal, nowMs: () => nowMs, memory });
  await collector.pass();
  await collector.close();
  const { user, system } = process.cpuUsage(before);
  cpuMs.push((user + system) / 1000);
}

const worlds = [await openWorld(caches), await openWorld(fresh)];
for (const world of worlds) {
  // what is open: an hour and a day of every cache
  for (const agoMs of [LATE_MS, 0]) await report(world, 0, world.caches, START_MS - agoMs);
  for (let i = 0; i < 3; i++) await pass(world);
  world.cpuMs.length = 0;
}
for (let i = 0; i < passes; i++) {
  nowMs += MINUTE_MS;
  for (const world of i % 2 === 0 ? worlds : [...worlds].reverse()) {
    await report(world, (i * fresh) % world.caches, fresh - 1, nowMs - 1000);
    await report(world, i % world.caches, 1, nowMs - LATE_MS);
    await pass(world);
  }
}
const [large, small] = worlds.map(({ cpuMs }) => cpuMs) as [number[], number[]];
for (const world of worlds) {
  console.log(`${world.caches} caches, ${fresh} new reports: ${spread(world.cpuMs, 0)} ms of processor a pass`);
  await world.receiver.close();
}
const ratios = { medians: median(large) / median(small), sums: sum(large) / sum(small) };
console.log(
  `ratio of medians ${ratios.medians.toFixed(2)}, of sums ${ratios.sums.toFixed(2)} (load ${loadavg()[0]?.toFixed(1)})`,
);
figure({
  what: `a pass with ${fresh} new reports beside a receiver of ${caches} caches, processor time`,
  unit: "ms",
  larder: large,
  peer: { name: `a fleet of ${fresh}`, values: small },
  goal: "2 x",
});
rmSync(folder, { recursive: true, force: true });

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
