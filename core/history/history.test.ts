import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal, type StreamName } from "../journal/journal.ts";
import { pointLine } from "../line/point.ts";
import { addExact } from "../line/sum.ts";
import { runs } from "../testing/runs.ts";
import { bucketStart } from "../time/local-days.ts";
import { queryHistory } from "./ask.ts";

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "lhistory-"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

interface Given {
  readonly timeMs: number;
  readonly site: string;
  readonly value: number;
}

async function write(
  points: readonly Given[],
  stream: StreamName = "collector",
  measurement = "requests",
): Promise<void> {
  const journal = await openJournal(stateDir, stream, { segmentBytes: 400 });
  for (const { timeMs, site, value } of points) {
    const line = pointLine({
      measurement,
      tags: { server: "s", site_code: site },
      fields: { "requests.fromclients": { integer: value } },
      timeMs,
    });
    await journal.append({ lines: `${line}\n`, lineCount: 1, span: { fromMs: timeMs, toMs: timeMs } });
  }
  await journal.close();
}

describe("queryHistory()", () => {
  it("sums by local day over a change to summer time, and by tag", async () => {
    const zone = "Europe/Berlin";
    // 29 March 2026 has 23 hours: 23:00Z of the 28th is its midnight, 22:00Z of the 29th the next
    const at = (iso: string): number => Date.parse(iso);
    await write([
      { timeMs: at("2026-03-28T22:59:59.999Z"), site: "a", value: 1 },
      { timeMs: at("2026-03-28T23:00:00Z"), site: "a", value: 10 },
      { timeMs: at("2026-03-29T21:59:59Z"), site: "b", value: 100 },
      { timeMs: at("2026-03-29T22:00:00Z"), site: "a", value: 1000 },
    ]);
    const base = { measurement: "requests", fromMs: 0, toMs: at("2027-01-01T00:00:00Z"), timeZone: zone } as const;
    const days = await queryHistory(stateDir, { ...base, by: "day" });
    expect(
      days.map(({ startMs, sums }) => [new Date(startMs).toISOString().slice(0, 13), sums["requests.fromclients"]]),
    ).toEqual([
      ["2026-03-27T23", 1],
      ["2026-03-28T23", 110],
      ["2026-03-29T22", 1000],
    ]);
    const sites = await queryHistory(stateDir, { ...base, by: "all", groupBy: ["site_code"] });
    expect(sites.map(({ group, sums }) => [group["site_code"], sums["requests.fromclients"]])).toEqual([
      ["a", 1011],
      ["b", 100],
    ]);
    const one = await queryHistory(stateDir, { ...base, by: "all", tags: { site_code: "b" } });
    expect(one[0]).toMatchObject({ sums: { "requests.fromclients": 100 }, points: 1 });
  });

  it("reads every raw stream and takes the newest value as the last", async () => {
    await write([
      { timeMs: 2000, site: "a", value: 2 },
      { timeMs: 1000, site: "a", value: 1 },
    ]);
    await write([{ timeMs: 1500, site: "a", value: 5 }], "precache");
    const [row] = await queryHistory(stateDir, {
      measurement: "requests",
      fromMs: 0,
      toMs: 3000,
      by: "all",
      timeZone: "UTC",
    });
    expect(row).toMatchObject({
      sums: { "requests.fromclients": 8 },
      lasts: { "requests.fromclients": { integer: 2 } },
      newestMs: 2000,
    });
    expect(
      await queryHistory(stateDir, { measurement: "request", fromMs: 0, toMs: 3000, by: "all", timeZone: "UTC" }),
    ).toEqual([]);
  });

  it("agrees with a plain sum over any points", async () => {
    const point = fc.record({
      timeMs: fc.integer({ min: 0, max: 3 * 86_400_000 }),
      site: fc.constantFrom("a", "b"),
      value: fc.integer({ min: 0, max: 2 ** 50 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(point, { maxLength: 30 }),
        fc.constantFrom("hour" as const, "day" as const),
        async (points, by) => {
          await rm(stateDir, { recursive: true, force: true });
          await write(points);
          const rows = await queryHistory(stateDir, {
            measurement: "requests",
            fromMs: 0,
            toMs: 4 * 86_400_000,
            by,
            timeZone: "Pacific/Auckland",
            groupBy: ["site_code"],
          });
          const wanted = new Map<string, bigint>();
          for (const { timeMs, site, value } of points) {
            const key = `${site} ${bucketStart(timeMs, by, "Pacific/Auckland")}`;
            wanted.set(key, (wanted.get(key) ?? 0n) + BigInt(value));
          }
          const found = new Map(
            rows.map(({ group, startMs, sums }) => [
              `${group["site_code"]} ${startMs}`,
              BigInt(sums["requests.fromclients"] ?? -1),
            ]),
          );
          expect(found).toEqual(wanted);
        },
      ),
      { numRuns: runs(20) },
    );
  });
});

describe("addExact()", () => {
  it("is the exact sum of any two whole numbers", () => {
    const whole = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }));
    fc.assert(fc.property(whole, whole, (a, b) => BigInt(addExact(a, b)) === BigInt(a) + BigInt(b)));
  });
});
