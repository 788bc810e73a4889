import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ShipPositions } from "./cursor.ts";
import { RestartWatch } from "./restart-watch.ts";

const at = (offset: number): ShipPositions => ({ collector: { segment: 0, offset } });

describe("RestartWatch", () => {
  it("sends nothing again while the server is the same, nor when it is asked for the first time", () => {
    const watch = new RestartWatch(undefined, at(100));
    expect(watch.memory).toBeUndefined();
    expect(watch.seen("a", 0, 0)).toBeUndefined();
    expect(watch.seen("a", 0, 1000)).toBeUndefined();
    expect(watch.memory).toEqual({ identity: "a", settled: at(100), notes: [] });
  });

  it("goes back to what the server had for a minute before it was last seen well", () => {
    const watch = new RestartWatch(undefined, at(0));
    watch.seen("a", 0, 0);
    for (let second = 0; second <= 300; second += 10) watch.reached(at(second), second * 1000);
    watch.seen("a", 0, 300_000);
    watch.reached(at(400), 400_000);
    expect(watch.seen("b", 0, 410_000)).toEqual(at(240));
    expect(watch.seen("b", 0, 420_000)).toBeUndefined();
  });

  it("knows a restart that happened between two processes of ours", () => {
    const first = new RestartWatch(undefined, at(7));
    first.seen("a", 0, 0);
    const second = new RestartWatch(first.memory, at(90));
    expect(second.seen("b", 0, 1000)).toEqual(at(7));
  });

  it("lets what is safe move on over processes that live for one pass each", () => {
    let memory = new RestartWatch(undefined, at(0)).memory;
    for (let minute = 0; minute < 10; minute++) {
      const watch = new RestartWatch(memory, at(minute));
      expect(watch.seen("a", 0, minute * 60_000)).toBeUndefined();
      watch.reached(at(minute + 1), minute * 60_000 + 1000);
      ({ memory } = watch);
    }
    expect(new RestartWatch(memory, at(10)).seen("b", 0, 600_000)?.["collector"]?.offset).toBeGreaterThan(6);
    expect(memory?.notes.length).toBeLessThan(4);
  });

  it("takes a server that does not tell for another one after an outage", () => {
    const watch = new RestartWatch(undefined, at(7));
    expect(watch.seen(undefined, 0, 0)).toBeUndefined();
    expect(watch.seen(undefined, 0, 1000)).toBeUndefined();
    expect(watch.seen(undefined, 1, 2000)).toEqual(at(7));
    const next = new RestartWatch(watch.memory, at(90));
    expect(next.seen(undefined, 0, 3000)).toBeUndefined();
  });

  it("takes no time for passed that the computer was off, nor what an older version noted by the clock", () => {
    const before = new RestartWatch(undefined, at(0));
    before.seen("a", 0, 500_000);
    before.reached(at(5), 500_000);
    const started = new RestartWatch(before.memory, at(5));
    expect(started.seen("a", 0, 30_000)).toBeUndefined();
    expect(started.seen("b", 0, 40_000)).toEqual(at(0));
    const older = { identity: "a", settled: at(1), notes: [{ positions: at(2) }] };
    const watch = new RestartWatch(older, at(9));
    expect([watch.seen("a", 0, 900_000), watch.seen("a", 0, 950_000)]).toEqual([undefined, undefined]);
    expect(watch.memory?.settled).toEqual(at(1));
    expect(watch.seen("a", 0, 960_000)).toBeUndefined();
    expect(watch.memory?.settled).toEqual(at(2));
  });

  it("never counts as settled what was taken in the minute before the server was last the same", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.constantFrom("ship", "ask", "crash")));
    fc.assert(
      // one that is out of reach at the beginning is asked for the first time after it took something
      fc.property(steps, fc.boolean(), (plan, reachable) => {
        const watch = new RestartWatch(undefined, at(0));
        if (reachable) watch.seen("0", 0, 0);
        let [now, shipped, server] = [0, 0, 0];
        /** What the server took, and when; a crash forgets the last minute. */
        let taken: { atMs: number; upTo: number }[] = [];
        for (const [wait, act] of plan) {
          now += wait;
          if (act === "ship") {
            taken.push({ atMs: now, upTo: ++shipped });
            watch.reached(at(shipped), now);
          } else if (act === "crash") {
            server++;
            const safe = taken.filter(({ atMs }) => atMs <= now - 60_000);
            taken = safe;
          } else {
            const back = watch.seen(String(server), 0, now);
            const has = taken.at(-1)?.upTo ?? 0;
            expect(back !== undefined || has === shipped).toBe(true);
            if (back !== undefined) {
              expect(back["collector"]?.offset).toBeLessThanOrEqual(has);
              // it is all sent again
              taken.push({ atMs: now, upTo: shipped });
              watch.reached(at(shipped), now);
            }
          }
        }
      }),
    );
  });
});
