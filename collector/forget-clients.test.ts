/** The key of a day goes with the day, also where nothing comes after it, and where the log is read no more. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLog } from "../core/log.ts";
import { localDate } from "../core/time/local-days.ts";
import { logLine, requestMessage } from "../fixtures/service-log/lines.ts";
import { createCollector } from "./collector.ts";
import { collectorOptions } from "./options.ts";
import { forgetOldDays, SeenClients } from "./sources/service-log/seen-clients.ts";

const DAY = 86_400_000;
/** Of files as they are written. */
const NOW = Date.now();

let folder: string;
let asked: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lforget-"));
  asked = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A device asks for a file. */
function ask(timeMs: number): void {
  const message = requestMessage(`a${asked}`, {
    address: "10.0.0.1",
    agent: "a/1 iOS/17.1 model/iPad13,1",
    file: "/b",
  });
  writeFileSync(join(folder, "Debug.log"), logLine("debug", { timeMs, message, number: asked++ }), { flag: "a" });
}

/** One pass of a program that starts, and the days it keeps clients of. */
async function pass(nowMs: number, enabled = true): Promise<string[]> {
  const off = { enabled: false };
  const serviceLog = { enabled, file: join(folder, "Debug.log"), every: 1, timezone: "UTC" };
  const sources = { metricsDb: off, metricsSqlite: off, managerStatus: off, serviceLog };
  const collector = await createCollector({
    settings: {
      ...collectorOptions.parse({ sources }),
      server: "c1",
      stateDir: join(folder, "state"),
      timezone: "UTC",
    },
    ...{ log: silentLog, signal: new AbortController().signal, nowMs: () => nowMs },
  });
  await collector.pass().finally(async () => await collector.close());
  return readdirSync(join(folder, "state/service-log")).map((name) => name.replace("clients-", ""));
}

const dates = (...daysAgo: number[]): string[] => daysAgo.map((ago) => localDate(NOW - ago * DAY, "UTC"));

it("keeps it for three days, and no longer, when no line comes any more", async () => {
  ask(NOW - 1000);
  expect(await pass(NOW)).toEqual(dates(0));
  const key = readFileSync(join(folder, "state/service-log", `clients-${dates(0)[0]}`)).subarray(0, 32);
  expect(await pass(NOW + 2.5 * DAY)).toEqual(dates(0));
  expect(await pass(NOW + 3.5 * DAY)).toEqual([]);
  // and a device is counted on with a new one
  ask(NOW + 3.5 * DAY);
  expect(await pass(NOW + 3.5 * DAY + 60_000)).toEqual(dates(-3.5));
  const later = readFileSync(join(folder, "state/service-log", `clients-${dates(-3.5)[0]}`)).subarray(0, 32);
  expect(later.equals(key)).toBe(false);
});

it("goes on counting in a program that runs on", async () => {
  const clients = new SeenClients(join(folder, "clients"), "UTC");
  await clients.restore({});
  expect([clients.first("10.0.0.1", NOW), clients.first("10.0.0.1", NOW)]).toEqual([true, false]);
  const counts = await clients.keep();
  await forgetOldDays(join(folder, "clients"), NOW + 4 * DAY, "UTC");
  await clients.restore(counts);
  expect([clients.first("10.0.0.1", NOW), clients.first("10.0.0.2", NOW + 4 * DAY)]).toEqual([true, true]);
  expect(Object.values(await clients.keep())).toEqual([1, 1]);
});

it("forgets it where the settings leave the log out", async () => {
  ask(NOW - 1000);
  expect(await pass(NOW)).toEqual(dates(0));
  expect(await pass(NOW + 1000, false)).toEqual(dates(0));
  expect(await pass(NOW + 4 * DAY, false)).toEqual([]);
});

it("keeps what it reads of an old log as long", async () => {
  ask(NOW - 40 * DAY);
  ask(NOW - 39 * DAY);
  expect(await pass(NOW)).toEqual(dates(40, 39));
  expect(await pass(NOW + DAY)).toEqual(dates(40, 39));
  expect(await pass(NOW + 4 * DAY)).toEqual([]);
});
