import { afterEach, expect, it, vi } from "vitest";
import type { Notifier } from "../notify/notify.ts";
import type { Notice } from "../state/state.ts";
import { type Box, deliver } from "./outbox.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const SECOND = 1000;
afterEach(() => {
  vi.useRealTimers();
});

const notice = (id: string): Notice => ({
  ...{ id, kind: "firing", rule: "disk", incident: id, place: "x", level: "bad", atMs: NOW, alerts: [], remaining: 0 },
});

/** A box with as many notices for each of some notifiers. */
function boxOf(count: number, names: readonly string[]): Box {
  const ids = Array.from({ length: count }, (_, i) => `n${i}`);
  const outbox = ids.flatMap((id) => names.map((to) => ({ notice: id, to, firstMs: NOW, nextMs: NOW, tries: 0 })));
  return { notices: ids.map(notice), outbox, failing: {} };
}

it("ends a round of sending after twenty seconds, and sends the rest in the next, each once", async () => {
  vi.useFakeTimers({ now: NOW });
  const got: Record<string, string[]> = { slow: [], quick: [] };
  // nine seconds for each notice, as a receiver that hangs before it answers
  const takesMs: Record<string, number> = { slow: 9 * SECOND, quick: 0 };
  const notifiers = Object.keys(got).map(
    (name): Notifier => ({
      ...{ name, type: "test", place: "x" },
      send: async ({ id }) => {
        await new Promise((resolve) => setTimeout(resolve, takesMs[name]));
        got[name]?.push(id);
        return "delivered";
      },
    }),
  );
  const round = async (box: Box) => {
    const beganMs = Date.now();
    const names = Object.keys(got);
    const delivering = deliver(box, {
      ...{ notifiers, names, nowMs: Date.now, random: () => 0, messageFor: () => ({}) as never },
      commit: async () => {},
    });
    await vi.runAllTimersAsync();
    const { box: left } = await delivering;
    return { left, seconds: (Date.now() - beganMs) / SECOND, count: Object.values(got).map(({ length }) => length) };
  };
  const first = await round(boxOf(5, ["slow", "quick"]));
  // the third begins within the time and is not broken off
  expect([first.count, first.seconds, first.left.outbox.length]).toEqual([[3, 5], 27, 2]);
  const second = await round(first.left);
  expect([second.count, second.seconds, second.left.outbox.length]).toEqual([[5, 5], 18, 0]);
  expect(new Set(got["slow"]).size).toBe(5);
});

it("tries for 72 hours what is not taken, and no longer", async () => {
  const refusing: Notifier = {
    name: "down",
    type: "test",
    place: "x",
    send: async () => Promise.reject(new Error("no")),
  };
  let box = boxOf(1, ["down"]);
  const leftAfter = async (ms: number): Promise<number> => {
    const { box: left } = await deliver(box, {
      ...{ notifiers: [refusing], names: ["down"], nowMs: () => NOW + ms, random: () => 0 },
      ...{ messageFor: () => ({}) as never, commit: async () => {} },
    });
    box = left;
    return left.outbox.length;
  };
  const hour = 3_600_000;
  expect([await leftAfter(0), await leftAfter(71 * hour), await leftAfter(73 * hour)]).toEqual([1, 1, 0]);
});
