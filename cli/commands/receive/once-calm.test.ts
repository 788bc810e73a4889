import { afterEach, expect, it, vi } from "vitest";
import { onceCalm } from "./once-calm.ts";

afterEach(() => vi.useRealTimers());

it("waits for a process that is busy, half a minute at the longest", () => {
  vi.useFakeTimers();
  const called = vi.fn();
  let busy = 1;
  onceCalm(called, () => busy);
  vi.advanceTimersByTime(10_000);
  expect(called).not.toHaveBeenCalled();
  busy = 0.5;
  vi.advanceTimersByTime(10_000);
  expect(called).toHaveBeenCalledTimes(1);
  onceCalm(called, () => 1);
  vi.advanceTimersByTime(29_000);
  expect(called).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(called).toHaveBeenCalledTimes(2);
  onceCalm(called, () => 1)();
  vi.advanceTimersByTime(60_000);
  expect(called).toHaveBeenCalledTimes(2);
});
