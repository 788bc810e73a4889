import { afterEach, describe, expect, it, vi } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import type { AssetEnd, AssetOutcome, CacheTarget, PlannedAsset, WarmEvent } from "../../precache/index.ts";
import { barLines, createProgress, plainLine } from "./progress.ts";
import { ProgressState } from "./state.ts";

const target: CacheTarget = { name: "library", url: "http://10.0.0.2:49152", role: "cache" };
const item = (n: number, sizeBytes: number | undefined = 1000): PlannedAsset => ({
  asset: anAsset(`https://updates.cdn-apple.com/${n}.zip`, {
    group: "iPad",
    title: `iPadOS 26.${n} for iPad6,8, iPad6,7, iPad6,11 from 23A341 and others`,
    sizeBytes,
    version: `26.${n}`,
  }),
  devices: 1,
  why: "full",
  decision: "warm",
});
const cost = { bytesAsked: 1000, bytesFromOrigin: 1000, seconds: 1 };
const end = (n: number, outcome: AssetOutcome, atMs: number): AssetEnd => ({
  type: "asset-end",
  atMs,
  target,
  item: item(n),
  outcome,
  sizeBytes: 1000,
  ...cost,
  sinceLastLine: cost,
  attempts: 1,
  reason: outcome === "failed" ? "404" : undefined,
  code: undefined,
});
const start = (n: number, attempt = 1): WarmEvent => ({ type: "asset-start", atMs: 0, target, item: item(n), attempt });
const moved = (n: number, bytes: number, atMs: number): WarmEvent => ({
  type: "progress",
  atMs,
  target,
  item: item(n),
  bytes,
  totalBytes: 1000,
  heldBytes: undefined,
});
const plan = { planned: 4, plannedBytes: 4000, asks: 4, asksBytes: 4000, plannedSeconds: 1 };
const runStart: WarmEvent = { type: "run-start", atMs: 0, targets: [target], ...plan };

function stateOf(...events: WarmEvent[]): ProgressState {
  const state = new ProgressState();
  for (const event of events) state.take(event);
  return state;
}

describe("ProgressState", () => {
  it("adds what is done and what is on its way, and reckons rate and time from the last seconds", () => {
    const state = stateOf(runStart, start(1), start(2), moved(1, 0, 0), moved(1, 500, 1000), moved(2, 300, 2000));
    expect(state.at(2000)).toMatchObject({ done: 0, doneBytes: 800, bytesPerSecond: 400, etaSeconds: 8 });
    state.take(end(1, "warmed", 3000));
    expect(state.at(4000)).toMatchObject({ done: 1, doneBytes: 1300, bytesPerSecond: 325 });
  });

  it("counts what was there already as done, and not as read", () => {
    const state = stateOf(runStart, end(1, "cached", 1000));
    expect(state.at(2000)).toMatchObject({ cached: 1, doneBytes: 1000, bytesPerSecond: 0, etaSeconds: undefined });
  });

  it("begins a file again at its second try, and keeps the failures", () => {
    const state = stateOf(runStart, start(1), moved(1, 900, 100), start(1, 2));
    expect(state.at(200).active).toMatchObject([{ bytes: 0, attempt: 2 }]);
    state.take(end(1, "failed", 300));
    expect(state.failures).toHaveLength(1);
    expect(state.at(300)).toMatchObject({ failed: 1, active: [] });
  });

  it("counts what failed or was left neither as done nor as still to come", () => {
    const state = stateOf(
      runStart,
      start(1),
      moved(1, 0, 0),
      moved(1, 500, 1000),
      end(2, "failed", 1000),
      end(3, "skipped", 1000),
    );
    expect(state.at(1000)).toMatchObject({ done: 1, doneBytes: 500, etaSeconds: 3 });
  });

  it("shows a wait, and for how long, until it is over or something moves", () => {
    const message = "it answered 503, 200 was expected";
    const wait: WarmEvent = {
      type: "waiting",
      atMs: 1000,
      target,
      item: undefined,
      reason: "busy",
      waitMs: 600_000,
      message,
    };
    const state = stateOf(runStart, start(1), wait);
    expect(plainLine(state.at(61_000))).toContain("waiting 9 min: it answered 503");
    expect(plainLine(state.at(601_000))).not.toContain("waiting");
    state.take(moved(1, 10, 70_000));
    expect(plainLine(state.at(71_000))).not.toContain("waiting");
  });

  it("never shows more than all", () => {
    const state = stateOf({ ...runStart, asksBytes: 500 } as WarmEvent, start(1), moved(1, 1000, 100));
    expect(state.at(200).doneBytes).toBe(500);
  });
});

describe("barLines()", () => {
  it("fits 80 columns, and 40, whatever runs", () => {
    const many = Array.from({ length: 40 }, (_, n) => [start(n), moved(n, 25 * n, 1000)]).flat();
    const now = stateOf(runStart, ...many, end(50, "failed", 1500)).at(2000);
    for (const columns of [40, 80, 200]) {
      const lines = barLines(now, columns, 24);
      expect(lines.length).toBeLessThanOrEqual(23);
      for (const line of lines) expect([...line].length).toBeLessThan(columns);
    }
    const text = barLines(now, 80, 24).join("\n");
    expect(text).toContain("and 21 more");
    expect(text).toContain("1 failed");
  });
});

describe("createProgress()", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("writes a plain line every five seconds and one at the end", () => {
    vi.useFakeTimers();
    const lines: string[] = [];
    const progress = createProgress({ mode: "plain", write: (text) => lines.push(text) });
    progress.start("plan");
    progress.take(runStart);
    vi.advanceTimersByTime(11_000);
    progress.close();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe("0.0%, 0 bytes of 4.00 KB; 0 of 4 files, 0 warmed\n");
  });

  it("draws bars over themselves, and puts what stays above them", () => {
    vi.useFakeTimers();
    const writes: string[] = [];
    const progress = createProgress({ mode: "bars", write: (text) => writes.push(text) });
    progress.start("plan");
    progress.take(runStart);
    progress.take(start(1));
    vi.advanceTimersByTime(250);
    expect(writes).toHaveLength(3);
    expect(writes[2]?.startsWith("\r\u001b[3A\u001b[J")).toBe(true);
    progress.say("this stays");
    expect(writes[3]).toBe("\r\u001b[3A\u001b[Jthis stays\n");
    progress.close();
    expect(writes[4]?.startsWith("\u001b")).toBe(false);
  });

  it("says nothing when quiet", () => {
    vi.useFakeTimers();
    const writes: string[] = [];
    const progress = createProgress({ mode: "quiet", write: (text) => writes.push(text) });
    progress.start("plan");
    progress.take(runStart);
    vi.advanceTimersByTime(60_000);
    progress.say("hush");
    progress.close();
    expect(writes).toEqual([]);
  });
});

it("plainLine() says how long it will take", () => {
  const now = stateOf(runStart, start(1), moved(1, 0, 0), moved(1, 500, 1000)).at(1000);
  expect(plainLine(now)).toBe("12.5%, 500 bytes of 4.00 KB, 500 bytes/s, 7 s left; 0 of 4 files, 0 warmed");
});
