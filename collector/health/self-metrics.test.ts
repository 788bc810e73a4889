import { describe, expect, it } from "vitest";
import { parseStatus } from "../../core/cache/cache.ts";
import { LarderError } from "../../core/errors.ts";
import type { Cursors } from "../../core/journal/commit.ts";
import { CacheLife, intervalEnds, planFleet, statusDocument } from "../../fixtures/fleet/index.ts";
import type { PassReport } from "../pass.ts";
import { toBatch } from "../sources/cache-status/cache-status.ts";
import { parseCursor } from "../sources/cache-status/cursor.ts";
import { detectEvents, detectGap, type Observed, selfBatch } from "./self-metrics.ts";

const observed = (more: Partial<Observed>): Observed => ({
  timeMs: 1000,
  guid: "G",
  since: "2026-01-01 00:00:00 +0000",
  usedBytes: 200e9,
  registered: 1,
  ...more,
});
const kinds = (before: Partial<Observed>, now: Partial<Observed>): string[] =>
  detectEvents(observed(before), observed({ timeMs: 2000, ...now })).map(({ kind }) => kind);

describe("detectEvents()", () => {
  it.each<[string, Partial<Observed>, Partial<Observed>, string[]]>([
    ["nothing", {}, {}, []],
    ["a restart", {}, { since: "2026-02-01 00:00:00 +0000" }, ["restarted"]],
    ["a wipe", {}, { usedBytes: 19e9 }, ["wiped"]],
    ["no wipe at a tenth", {}, { usedBytes: 20e9 }, []],
    ["no wipe of next to nothing", { usedBytes: 9e8 }, { usedBytes: 0 }, []],
    ["no wipe where the use is unknown", {}, { usedBytes: undefined }, []],
    ["registration lost", {}, { registered: -1 }, ["unregistered"]],
    ["registration back", { registered: -1 }, { registered: 1 }, ["registered"]],
    ["nothing when registration was never known", { registered: undefined }, { registered: -1 }, []],
    ["all at once", {}, { since: "x", usedBytes: 0, registered: -1 }, ["restarted", "wiped", "unregistered"]],
    [
      "new settings, which restart the totals as well",
      { limitBytes: 4e12 },
      { limitBytes: 0, since: "2026-02-01 00:00:00 +0000" },
      ["reconfigured"],
    ],
    ["a restart where the limit stays", { limitBytes: 0 }, { limitBytes: 0, since: "x" }, ["restarted"]],
    ["a new limit without a restart as nothing", { limitBytes: 1e12 }, { limitBytes: 2e12 }, []],
    ["a suspension", { state: "serving" }, { state: "suspended" }, ["suspended"]],
    ["its end", { state: "suspended" }, { state: "serving" }, ["serving"]],
    ["nothing of a start", { state: "starting" }, { state: "serving" }, []],
    ["a cache out of reach", { state: "serving" }, { state: "unreachable" }, ["unreachable"]],
    ["nothing of a state that was not known before", {}, { state: "silent" }, []],
    ["nothing of another cache", { guid: "H" }, { usedBytes: 0, registered: -1 }, []],
    ["nothing of the same reading again", { timeMs: 2000 }, { usedBytes: 0 }, []],
  ])("tells %s", (_what, before, now, expected) => {
    expect(kinds(before, now)).toEqual(expected);
  });
});

describe("detectGap()", () => {
  it("reports passes that did not come, but not the first", () => {
    expect(detectGap(undefined, 1e9)).toEqual([]);
    expect(detectGap(0, 14 * 60_000)).toEqual([]);
    expect(detectGap(0, 16 * 60_000)[0]?.text).toContain("no pass for 16 min");
    expect(detectGap(0, 50 * 3_600_000)[0]?.text).toContain("2 d 2 h");
  });
});

const report = (more: Partial<PassReport>): PassReport => ({
  startedMs: 1_000_000,
  seconds: 1.5,
  sources: [
    {
      name: "metrics-db",
      place: "p",
      rows: 3,
      lines: 21,
      newestMs: 990_000,
      rejected: 0,
      unkept: 0,
      problem: undefined,
    },
    {
      name: "manager-status",
      place: "p",
      rows: 1,
      lines: 9,
      newestMs: 999_000,
      rejected: 0,
      unkept: 0,
      problem: undefined,
    },
  ],
  sinks: [
    {
      sink: "a",
      shippedLines: 30,
      shippedBytes: 1,
      rejectedLines: 2,
      expiredLines: 0,
      backlogBytes: 5,
      lostBytes: 0,
      state: "ok",
      problem: undefined,
      lastAckMs: 1,
    },
    {
      sink: "b",
      shippedLines: 0,
      shippedBytes: 0,
      rejectedLines: 0,
      expiredLines: 0,
      backlogBytes: 900,
      lostBytes: 0,
      state: "later",
      problem: undefined,
      lastAckMs: undefined,
    },
  ],
  ...more,
});

describe("selfBatch()", () => {
  it("says how the pass went, and how old the newest row of a database is", () => {
    const batch = selfBatch(report({}), { cursors: {}, tags: ",server=c", nowMs: 1_001_000 });
    expect(batch.lines).toBe(
      "larder,server=c up=1i,rows=4i,lines=30i,shipped=30i,backlog=900i,rejects=2i,expired=0i,seconds=1.5,lag=11 1001000\n",
    );
    const later = selfBatch(report({ sources: [] }), { cursors: batch.cursors ?? {}, tags: "", nowMs: 1_091_000 });
    expect(later.lines).toContain("lag=101");
  });

  it("leaves out what a clock in the future has said, also in an older cursor, so that the age grows on", () => {
    const sources = [{ ...report({}).sources[0]!, newestMs: Date.UTC(2038, 0) }];
    const before = selfBatch(report({}), { cursors: {}, tags: "", nowMs: 1_001_000 }).cursors!["self"] as object;
    const wrong = { self: { ...before, newestMs: Date.UTC(2038, 0) } };
    expect(selfBatch(report({ sources }), { cursors: wrong, tags: "", nowMs: 1_001_000 }).lines).not.toContain("lag=");
    expect(
      selfBatch(report({ sources }), { cursors: { self: before } as Cursors, tags: "", nowMs: 1_001_000 }).lines,
    ).toContain("lag=11 ");
  });

  it("is down when a source could not be read", () => {
    const problem = new LarderError("x", { code: "X" });
    const sources = [{ ...report({}).sources[0]!, problem }];
    expect(selfBatch(report({ sources }), { cursors: {}, tags: "", nowMs: 1 }).lines).toContain("up=0i");
  });

  it("reports each incident of a cache's life once, though registration hangs in between and passes repeat", () => {
    const fleet = planFleet({
      seed: 3,
      caches: 6,
      regions: 1,
      fromMs: Date.parse("2026-03-01T00:00:00Z"),
      toMs: Date.parse("2026-03-11T00:00:00Z"),
      zone: "UTC",
      intervalSeconds: 60,
      incidentsPerMonth: 16,
    });
    const cache = fleet.caches.find(({ incidents }) => new Set(incidents.map(({ kind }) => kind)).size === 4)!;
    const life = new CacheLife(fleet, cache);
    let cursors: Cursors = {};
    const told: string[] = [];
    for (const end of intervalEnds(fleet)) {
      life.step(end);
      if (end % 120_000 === 0) {
        const status = parseStatus(JSON.stringify(statusDocument(fleet, cache, life.state)), "life");
        const batch = toBatch(
          { status, timeMs: end },
          { before: parseCursor(cursors["manager-status"]), bytes: false, now: end, tagText: "" },
        );
        cursors = { ...cursors, "manager-status": batch.cursor };
      }
      const batch = selfBatch(report({ startedMs: end }), { cursors, tags: "", nowMs: end });
      cursors = { ...cursors, ...batch.cursors };
      for (const [, kind = ""] of String(batch.lines).matchAll(/^events,event=(\w+)/gm)) told.push(kind);
    }
    const expected = cache.incidents.flatMap(({ kind }) =>
      kind === "full" ? [] : kind === "wipe" ? ["unregistered", "restarted", "wiped", "registered"] : ["restarted"],
    );
    expect(told.sort()).toEqual(expected.sort());
  });
});
