import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLog } from "../core/log.ts";
import { oneAtATime, runOnSchedule, shareOf } from "./schedule.ts";

const options = { timeZone: "UTC", server: "cache01", spreadSeconds: 20, log: silentLog };

describe("runOnSchedule()", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 5, 8, 0, 30), shouldAdvanceTime: false });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("runs at once, then at every tick plus this server's own seconds, and never two at a time", async () => {
    const stop = new AbortController();
    const starts: number[] = [];
    let release: (() => void) | undefined;
    const done = runOnSchedule({ ...options, expression: "* * * * *", signal: stop.signal }, async () => {
      starts.push(Date.now());
      // the second run takes longer than the interval: the tick that comes meanwhile is left out
      if (starts.length === 2) await new Promise<void>((resolve) => (release = resolve));
    });
    // the first run waits for node-cron to be loaded, which takes real time
    await vi.waitUntil(() => starts.length === 1);
    await vi.advanceTimersByTimeAsync(150_000);
    expect(starts.length).toBe(2);
    release?.();
    await vi.advanceTimersByTimeAsync(60_000);
    const delay = Math.floor(shareOf("cache01") * 20_000);
    const seconds = starts.map((ms) => (ms - Date.UTC(2026, 0, 5, 8, 0, 30)) / 1000);
    expect(seconds[0]).toBeCloseTo(0, 0);
    expect(seconds[1]).toBeCloseTo(30 + delay / 1000, 0);
    expect(seconds[2]).toBeCloseTo(150 + delay / 1000, 0);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
  });

  it("follows a clock that is set: once at once when it is ahead, and on at the next minute when it is back", async () => {
    const stop = new AbortController();
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    let runs = 0;
    const each = { ...options, spreadSeconds: 0, expression: "* * * * *", signal: stop.signal };
    const done = runOnSchedule(each, async () => void runs++);
    await vi.waitUntil(() => runs === 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBe(2);
    // a Mac whose clock began in 1970 hears from a time server
    vi.setSystemTime(Date.now() + 50 * 365 * 86_400_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(runs).toBeLessThanOrEqual(4);
    runs = 0;
    vi.setSystemTime(Date.now() - 365 * 86_400_000);
    await vi.advanceTimersByTimeAsync(180_000);
    expect(runs).toBeGreaterThanOrEqual(2);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
    stop.abort();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
  });

  it("refuses an expression that is not one", async () => {
    const run = runOnSchedule({ ...options, expression: "every minute", signal: AbortSignal.abort() }, async () => {});
    await expect(run).rejects.toMatchObject({ code: "CONFIG_SCHEDULE" });
  });
});

describe("oneAtATime()", () => {
  it("goes on after a run that failed", async () => {
    let runs = 0;
    const run = oneAtATime(async () => {
      runs++;
      throw new Error("once");
    }, silentLog);
    await run();
    await run();
    expect(runs).toBe(2);
  });
});

describe("shareOf()", () => {
  it("spreads a fleet evenly and gives each server the same every time", () => {
    const shares = Array.from({ length: 1000 }, (_, i) => shareOf(`cache${i}`));
    expect(shareOf("cache7")).toBe(shares[7]);
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = shares.filter((share) => Math.floor(share * 10) === tenth).length;
      expect(inside).toBeGreaterThan(60);
      expect(inside).toBeLessThan(140);
    }
  });
});
