import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ask, cacheStates, events, lastPasses, type TrafficRow, traffic } from "../../core/history/history.ts";
import { type Journal, openJournal } from "../../core/journal/journal.ts";
import { bucketStart, bucketsBefore, nextBucket } from "../../core/time/local-days.ts";
import { rollUp } from "../../fixtures/roll-up.ts";
import { LiveState } from "./live-state.ts";
import { ALL } from "./running-traffic.ts";

const ZONE = "Europe/Berlin";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Tuesday, two weeks after the clocks went back. */
const NOON = Date.parse("2026-11-10T11:30:00Z");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Kind = "traffic" | "warming" | "status" | "event" | "pass";
interface Given {
  readonly kind: Kind;
  readonly server: "a" | "b";
  readonly hoursAgo: number;
  readonly bytes: number;
}

const LINES: Readonly<Record<Kind, (given: Given, ms: number) => readonly string[]>> = {
  traffic: ({ server, bytes }, ms) => [
    `bytestoclients,server=${server} bytes.fromcache.toclients=${bytes}i,bytes.fromorigin.toclients=7i ${ms}`,
  ],
  warming: ({ server, bytes }, ms) => [
    `precacheasset,outcome=warmed,server=${server},target=t bytes=${bytes}i,bytes.asked=${bytes}i,bytes.fromorigin=3i,seconds=1,url="http://x/f" ${ms}`,
  ],
  status: ({ server, bytes }, ms) => [
    `cachestatus,server=${server} used=${bytes}i ${ms}`,
    `cachecontent,kind=Books,server=${server} bytes=${bytes}i ${ms}`,
  ],
  event: ({ server, bytes }, ms) => [`events,event=wiped,server=${server} title="t",text="${bytes}" ${ms}`],
  pass: ({ server }, ms) => [`larder,server=${server} up=1i,seconds=0.5 ${ms}`],
};

/** A journal that is written as the collector and a warming run do, with roll-ups. */
class World {
  readonly stateDir = mkdtempSync(join(tmpdir(), "larder-live-"));
  readonly #journals = new Map<string, Journal>();
  #last = 0;

  constructor() {
    folders.push(this.stateDir);
  }

  async write(given: readonly Given[], nowMs: number): Promise<void> {
    for (const stream of ["collector", "precache"] as const) {
      const own = given.filter(({ kind }) => (kind === "warming") === (stream === "precache"));
      const lines = own.flatMap((each) => LINES[each.kind](each, this.#ms(each, nowMs)));
      if (lines.length === 0) continue;
      const span = { fromMs: nowMs - 40 * DAY, toMs: nowMs };
      await (await this.#open(stream)).append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span });
    }
  }

  async rollUp(nowMs: number): Promise<void> {
    const journal = await this.#open("rollup");
    await rollUp(this.stateDir, journal, { timeZone: ZONE, nowMs });
  }

  async close(): Promise<void> {
    for (const journal of this.#journals.values()) await journal.close();
  }

  /** No two lines share a time, as no two rows of a cache do. */
  #ms({ hoursAgo }: Given, nowMs: number): number {
    return Math.floor(nowMs - hoursAgo * HOUR) - (this.#last++ % 1000);
  }

  async #open(stream: "collector" | "precache" | "rollup"): Promise<Journal> {
    const known = this.#journals.get(stream) ?? (await openJournal(this.stateDir, stream, { segmentBytes: 2000 }));
    this.#journals.set(stream, known);
    return known;
  }
}

/** Of the cache on this computer, what is older than a day is known too. */
function lookBack(server: string | undefined): number {
  return server === "a" ? 7 * DAY : DAY;
}

/** Whether a line that comes later is taken: what is older than a day and says how a cache is now is only read at first. */
function isFollowed({ kind, hoursAgo }: Given): boolean {
  return (kind !== "status" && kind !== "pass") || hoursAgo < 23.9;
}

/** What history says, asked now. */
async function fresh(stateDir: string, nowMs: number, server: string | undefined) {
  const tags = server === undefined ? {} : { server };
  const todayMs = bucketStart(nowMs, "day", ZONE);
  const toMs = nextBucket(nowMs, "day", ZONE);
  const [hours, days, states, passes, happened] = await ask(stateDir, [
    traffic({ fromMs: todayMs, toMs, by: "hour", timeZone: ZONE, tags }),
    traffic({ fromMs: bucketsBefore(nowMs, 13, { unit: "day", zone: ZONE }), toMs, by: "day", timeZone: ZONE, tags }),
    cacheStates({ fromMs: nowMs - lookBack(server), toMs: nowMs + 1, tags }),
    lastPasses({ fromMs: nowMs - lookBack(server), toMs: nowMs + 1, tags }),
    events({ fromMs: nowMs - 7 * DAY, toMs: nowMs + 1, tags }),
  ]);
  return { hours: hours.map(numbers), days: days.map(numbers), state: states[0], pass: passes[0], events: happened };
}

function numbers({ startMs, served, fromCaches, fromApple, saved, hitRatio, sources }: TrafficRow) {
  return { startMs, served, fromCaches, fromApple, saved, hitRatio, sources };
}

function known(state: LiveState, server: string) {
  const { hours, days, state: cache, pass, events: happened } = state.facts(server);
  return { hours: hours.map(numbers), days: days.map(numbers), state: cache, pass, events: happened };
}

const given = fc.record({
  kind: fc.constantFrom<Kind>("traffic", "traffic", "warming", "status", "event", "pass"),
  server: fc.constantFrom("a" as const, "b" as const),
  hoursAgo: fc.oneof(fc.double({ min: 0, max: 11, noNaN: true }), fc.double({ min: 0, max: 24 * 35, noNaN: true })),
  bytes: fc.integer({ min: 0, max: 2 ** 31 }),
});
const step = fc.record({ lines: fc.array(given, { maxLength: 8 }), rollUp: fc.boolean() });

describe("what the live page knows", () => {
  it("is what history says at every moment, whatever came late and whatever was rolled up", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async ([first, ...more]) => {
        const world = new World();
        await world.write(first?.lines ?? [], NOON);
        if (first?.rollUp === true) await world.rollUp(NOON);
        const state = await LiveState.open({ stateDir: world.stateDir, timeZone: ZONE, server: "a" }, NOON);
        for (const { lines, rollUp } of more) {
          await world.write(lines.filter(isFollowed), NOON);
          if (rollUp) await world.rollUp(NOON);
          await state.update(NOON);
          for (const server of state.servers) {
            expect(known(state, server)).toEqual(await fresh(world.stateDir, NOON, server));
          }
          const all = await fresh(world.stateDir, NOON, undefined);
          expect(state.allFacts().days.map(numbers)).toEqual(all.days);
          expect(state.allFacts().hours.map(numbers)).toEqual(all.hours);
        }
        await world.close();
      }),
      { numRuns: 12 },
    );
  });

  it("reports which caches have something new, and nothing when nothing came", async () => {
    const world = new World();
    const row = (server: "a" | "b"): Given => ({ kind: "traffic", server, hoursAgo: 0.1, bytes: 5 });
    await world.write([row("a"), row("b")], NOON);
    const state = await LiveState.open({ stateDir: world.stateDir, timeZone: ZONE, server: "a" }, NOON);
    expect(await state.update(NOON)).toEqual({ reread: false, servers: new Set(), alerts: false });
    await world.write([row("b")], NOON);
    expect(await state.update(NOON)).toEqual({ reread: false, servers: new Set(["b"]), alerts: false });
    await world.close();
  });

  it("counts nothing twice after a look that failed halfway", async () => {
    const world = new World();
    const row: Given = { kind: "traffic", server: "a", hoursAgo: 0.1, bytes: 5 };
    await world.write([row], NOON);
    const state = await LiveState.open({ stateDir: world.stateDir, timeZone: ZONE, server: "a" }, NOON);
    await world.write([row], NOON);
    // a stream that is read after the collector's cannot be read
    const broken = join(world.stateDir, "journal", "receiver", "000000000000000.lp");
    mkdirSync(broken, { recursive: true });
    await expect(state.update(NOON)).rejects.toThrow();
    rmSync(broken, { recursive: true });
    await state.update(NOON);
    expect(known(state, "a")).toEqual(await fresh(world.stateDir, NOON, "a"));
    await world.close();
  });

  it("begins a new day at midnight, and finds the tags of a cache that has been silent for days", async () => {
    const world = new World();
    await world.write([{ kind: "traffic", server: "a", hoursAgo: 24 * 5, bytes: 50 }], NOON);
    await world.write([{ kind: "traffic", server: "b", hoursAgo: 0.1, bytes: 5 }], NOON);
    await world.rollUp(NOON);
    const state = await LiveState.open({ stateDir: world.stateDir, timeZone: ZONE, server: "a" }, NOON);
    expect(state.facts("b").hours.map(({ served }) => served)).toEqual([12]);
    expect(state.facts("a").tags["server"]).toBe("a");
    expect(state.servers).toEqual(["a", "b"]);
    const midnight = nextBucket(NOON, "day", ZONE);
    expect((await state.update(midnight)).reread).toBe(true);
    expect(state.facts("b").hours).toEqual([]);
    expect(state.facts("b").days.map(({ served }) => served)).toEqual([12]);
    await world.close();
  });

  it("knows a usual day: the median of the same weekday, hour by hour of the clock, over a change of clocks", async () => {
    const world = new World();
    // Tuesdays at 9:30 on the wall: before the 25th of October that is an hour earlier in UTC
    const at = (weeks: number, bytes: number): Given => ({
      kind: "traffic",
      server: "a",
      hoursAgo: weeks * 168 + 3 + (weeks >= 3 ? 1 : 0),
      bytes: bytes - 7,
    });
    await world.write([at(1, 100), at(2, 500), at(3, 300), at(4, 200)], NOON);
    await world.rollUp(NOON);
    const state = await LiveState.open({ stateDir: world.stateDir, timeZone: ZONE, server: "a" }, NOON);
    const usual = state.facts("a").usual;
    expect([usual?.days, usual?.served[9], usual?.served[10]]).toEqual([4, 250, 0]);
    expect(state.facts(ALL).usual?.served[9]).toBe(250);
    await world.close();
  });
});
