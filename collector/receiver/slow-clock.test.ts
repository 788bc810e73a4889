import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it, vi } from "vitest";
import { readLines } from "../../core/history/history.ts";
import { silentLog } from "../../core/log.ts";
import { runs } from "../../core/testing/runs.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { Intake } from "./intake.ts";
import { NO_SITES } from "./receiver.ts";

const START = Date.parse("2026-09-16T08:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const root = mkdtempSync(join(tmpdir(), "larder-slow-clock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A receiver whose clock may be wrong, and caches that report. */
class World {
  readonly stateDir = mkdtempSync(join(root, "state-"));
  readonly info = vi.fn();
  /** The time there is, and how far the clock here is behind it. */
  trueMs = START;
  slowMs = 0;
  /** Time the computer has slept: the clock nobody sets rests meanwhile. */
  sleptMs = 0;
  #intake: Intake | undefined;

  async send(cache: number, aheadMs = 0): Promise<string> {
    const date = new Date(this.trueMs + aheadMs).toISOString();
    const guid = `00000000-0000-4000-8000-${String(cache).padStart(12, "0")}`;
    const own = { serverGUID: guid, serialNumber: guid, hostname: `cache${cache}`, reportDate: date };
    return await (await this.#open()).take(reportBody({ ...own, creationDate: date }));
  }

  async minute(): Promise<void> {
    this.trueMs += MINUTE;
    await (await this.#open()).eachMinute();
  }

  async restart(): Promise<void> {
    await this.#intake?.close();
    this.#intake = undefined;
  }

  /** Times of the counters of a cache, in minutes from the beginning. */
  async counted(cache: number): Promise<number[]> {
    const all = { measurement: "bytestoclients", fromMs: 0, toMs: 8e15, streams: ["receiver"] };
    const times: number[] = [];
    for await (const line of readLines(this.stateDir, all)) {
      if (line.includes(`server=cache${cache} `)) times.push(Number(line.slice(line.lastIndexOf(" ") + 1)));
    }
    return times.map((ms) => (ms - START) / MINUTE).sort((a, b) => a - b);
  }

  aside(): number {
    try {
      return readFileSync(join(this.stateDir, "rejected", "_reports.lp"), "utf8").match(/^# \{/gm)?.length ?? 0;
    } catch {
      return 0;
    }
  }

  async #open(): Promise<Intake> {
    this.#intake ??= await Intake.open({
      ...{ stateDir: this.stateDir, server: "head", tags: {}, sites: () => NO_SITES },
      log: { ...silentLog, info: this.info },
      nowMs: () => this.trueMs - this.slowMs,
      elapsedMs: () => this.trueMs - START - this.sleptMs,
    });
    return this.#intake;
  }
}

it("takes once what was set aside by a slow clock, when it is right and the cache has reported in time", async () => {
  const world = new World();
  world.slowMs = 5 * HOUR;
  for (let i = 0; i < 3; i++) {
    // the second cache is two hours ahead of everybody
    expect([await world.send(1), await world.send(2, 2 * HOUR)]).toEqual(["aside", "aside"]);
    await world.minute();
  }
  world.slowMs = 0;
  await world.minute();
  // who comes after it knows of the clock too
  await world.restart();
  expect([await world.counted(1), world.aside()]).toEqual([[], 6]);
  expect([await world.send(1), await world.send(2, 2 * HOUR)]).toEqual(["taken", "aside"]);
  await world.minute();
  expect([await world.counted(1), await world.counted(2), world.aside()]).toEqual([[0, 1, 2, 4], [], 4]);
  expect(world.info.mock.calls.map(([, details]) => details)).toEqual([{ reports: 3, caches: 1, minutes: 300 }]);
  // sent again, as a cache that heard no answer does
  world.trueMs = START + MINUTE;
  expect(await world.send(1)).toBe("repeated");
  await world.restart();
});

it("leaves what a computer that slept has set aside: the clocks of those caches are ahead", async () => {
  const world = new World();
  expect(await world.send(1, 3 * HOUR)).toBe("aside");
  await world.minute();
  world.trueMs += 4 * HOUR;
  world.sleptMs += 4 * HOUR;
  await world.minute();
  expect(await world.send(1, 3 * HOUR)).toBe("aside");
  await world.minute();
  expect([await world.counted(1), world.aside()]).toEqual([[], 2]);
  await world.restart();
});

it("has each report of a right clock once, whenever the receiver ends and the clock here is set", async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant("reports" as const) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constant("reports" as const), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 70, max: 900 }),
      fc.array(step, { maxLength: 5 }),
      async (before, slow, after) => {
        const world = new World();
        const expected = new Set<number>();
        const report = async (): Promise<void> => {
          expected.add((world.trueMs - START) / MINUTE);
          await world.send(1);
          await world.minute();
        };
        world.slowMs = slow * MINUTE;
        for (const _ of before) await report();
        world.slowMs = 0;
        await world.minute();
        for (const each of [...after, "reports"]) await (each === "restart" ? world.restart() : report());
        await world.minute();
        expect(await world.counted(1)).toEqual([...expected]);
        expect(world.aside()).toBe(0);
        await world.restart();
      },
    ),
    { numRuns: runs(6) },
  );
});
