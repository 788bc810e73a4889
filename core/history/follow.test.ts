import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Journal, openJournal, type StreamName, streamFolder } from "../journal/journal.ts";
import { packSegments } from "../journal/pack-segments.ts";
import { applyRetention } from "../journal/retention.ts";
import { runs } from "../testing/runs.ts";
import { type FollowReport, follow, type Places, parsePlaces, placesNow } from "./follow.ts";

const STREAMS = ["collector", "precache", "rollup"] as const;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A journal of small segments, and somebody who follows it. */
class World {
  readonly stateDir = mkdtempSync(join(tmpdir(), "larder-follow-"));
  /** Numbers of the lines of each stream, as written and as taken. */
  readonly written = new Map<string, number[]>();
  readonly taken = new Map<string, number[]>();
  places: Places = {};
  readonly #journals = new Map<string, Journal>();
  #count = 0;

  constructor() {
    folders.push(this.stateDir);
  }

  async append(stream: StreamName, lineCount: number): Promise<void> {
    const journal = this.#journals.get(stream) ?? (await openJournal(this.stateDir, stream, { segmentBytes: 300 }));
    this.#journals.set(stream, journal);
    const numbers = Array.from({ length: lineCount }, () => ++this.#count);
    const lines = numbers.map((n) => `${n % 3 === 0 ? "events" : "requests"},server=a n=${n}i ${1000 + n}\n`).join("");
    const span = lineCount === 0 ? undefined : { fromMs: 1000 + (numbers[0] ?? 0), toMs: 1000 + this.#count };
    await journal.append({ lines, lineCount, span, cursors: { n: this.#count } });
    this.written.set(stream, [...(this.written.get(stream) ?? []), ...numbers]);
  }

  async pack(stream: StreamName): Promise<void> {
    await packSegments(streamFolder(this.stateDir, stream), { most: 2 });
  }

  /** Lets retention take the oldest segments, even those a reader needs. */
  async shrink(stream: StreamName, keepBytes: number): Promise<void> {
    const limits = { keepDays: 10_000, keepBytes };
    const clock = { nowMs: Date.now(), provenMs: async () => Date.now() };
    await applyRetention(streamFolder(this.stateDir, stream), { limits, needed: undefined, clock });
  }

  /** Takes what is new, from places that were kept as text. */
  async follow(measurements: readonly string[] = ["events", "requests"]): Promise<FollowReport> {
    const from = parsePlaces(JSON.parse(JSON.stringify(this.places)));
    const report = await follow(this.stateDir, from ?? {}, {
      streams: STREAMS,
      wanted: measurements.map((measurement) => ({
        measurement,
        take: ({ fieldText }, stream) => {
          this.taken.set(stream, [...(this.taken.get(stream) ?? []), Number(/^n=(\d+)i$/.exec(fieldText)?.[1])]);
        },
      })),
    });
    this.places = report.places;
    return report;
  }

  async close(): Promise<void> {
    for (const journal of this.#journals.values()) await journal.close();
    this.#journals.clear();
  }
}

type Step =
  | { readonly does: "append"; readonly stream: StreamName; readonly lines: number }
  | { readonly does: "pack" | "shrink"; readonly stream: StreamName; readonly keep: number }
  | { readonly does: "follow" | "restart" };

const stream = fc.constantFrom(...STREAMS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant("append" as const), stream, lines: fc.nat(8) }) },
  fc.record({ does: fc.constantFrom("pack" as const, "shrink" as const), stream, keep: fc.nat(1500) }),
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom("follow" as const, "restart" as const) }) },
);

describe("follow()", () => {
  it("gives every line once and in order, over packing and restarts, and says when retention was quicker", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
        const world = new World();
        // from here on every line is either taken or counted as lost
        await world.follow();
        let lostBytes = 0;
        for (const each of [...steps, { does: "follow" } as const]) {
          if (each.does === "append") await world.append(each.stream, each.lines);
          else if (each.does === "pack") await world.pack(each.stream);
          else if (each.does === "shrink") await world.shrink(each.stream, each.keep);
          else if (each.does === "restart") await world.close();
          else {
            const report = await world.follow();
            expect(report.restarted).toEqual([]);
            lostBytes += report.lostBytes;
          }
        }
        await world.close();
        let missing = 0;
        for (const [name, written] of world.written) {
          const taken = world.taken.get(name) ?? [];
          const known = new Set(taken);
          expect(taken, "once and in order").toEqual(written.filter((n) => known.has(n)));
          missing += written.length - taken.length;
        }
        if (missing > 0) expect(lostBytes).toBeGreaterThan(0);
        if (lostBytes === 0) expect(missing).toBe(0);
        rmSync(world.stateDir, { recursive: true });
      }),
      { numRuns: runs(25) },
    );
  });

  it("begins with what comes from now on, where it is asked to", async () => {
    const world = new World();
    await world.append("collector", 5);
    await world.append("precache", 2);
    world.places = await placesNow(world.stateDir, STREAMS);
    await world.append("collector", 3);
    // a stream that nobody had written yet
    await world.append("rollup", 1);
    await world.follow();
    expect(Object.fromEntries(world.taken)).toEqual({ collector: [8, 9, 10], rollup: [11] });
    await world.close();
  });

  it("counts what retention took before it was followed, and goes on with what is left", async () => {
    const world = new World();
    await world.follow();
    await world.append("collector", 2);
    await world.follow();
    for (let i = 0; i < 6; i++) await world.append("collector", 5);
    await world.shrink("collector", 0);
    const { lostBytes, restarted } = await world.follow();
    expect(lostBytes).toBeGreaterThan(0);
    expect(restarted).toEqual([]);
    const taken = world.taken.get("collector") ?? [];
    expect(taken.slice(0, 2)).toEqual([1, 2]);
    expect(taken.length).toBeLessThan(32);
    expect(taken.at(-1)).toBe(32);
    expect((await world.follow()).lostBytes, "counted once").toBe(0);
    await world.close();
  });

  it("passes over measurements nobody wants", async () => {
    const world = new World();
    await world.append("collector", 7);
    await world.follow(["events"]);
    expect(world.taken.get("collector")).toEqual([3, 6]);
    await world.append("collector", 2);
    await world.follow(["events"]);
    expect(world.taken.get("collector")).toEqual([3, 6, 9]);
    await world.close();
  });

  it("begins again where an older journal was put back, and says so before its lines", async () => {
    const world = new World();
    await world.append("collector", 4);
    await world.close();
    const copy = `${world.stateDir}-copy`;
    folders.push(copy);
    // locks are sockets: no copy has them
    const filter = (path: string): boolean => !basename(path).startsWith("lock.");
    cpSync(world.stateDir, copy, { recursive: true, filter });
    await world.append("collector", 4);
    await world.follow();
    await world.close();
    rmSync(world.stateDir, { recursive: true });
    cpSync(copy, world.stateDir, { recursive: true });
    world.taken.clear();
    const seen: string[] = [];
    const report = await follow(world.stateDir, world.places, {
      streams: STREAMS,
      wanted: [{ measurement: "requests", take: () => seen.push("line") }],
      onRestart: (name) => seen.push(name),
    });
    expect(report.restarted).toEqual(["collector"]);
    expect(seen).toEqual(["collector", "line", "line", "line"]);
  });

  it("takes for places only what it has written", () => {
    const places: Places = { collector: { segment: 5, offset: 7 } };
    expect(parsePlaces(JSON.parse(JSON.stringify(places)))).toEqual(places);
    for (const other of [
      null,
      7,
      [],
      { collector: 7 },
      { collector: { segment: -1, offset: 0 } },
      { a: { segment: 1.5, offset: 0 } },
    ]) {
      expect(parsePlaces(other)).toBeUndefined();
    }
  });
});
