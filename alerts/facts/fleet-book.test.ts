import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Journal, openJournal } from "../../core/journal/journal.ts";
import { runs } from "../../core/testing/runs.ts";
import { rollUp } from "../../fixtures/roll-up.ts";
import { type CacheFacts, KeptFacts } from "./facts.ts";

const ZONE = "Europe/Berlin";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Three days before a month ends. */
const BEGIN = Date.parse("2026-10-28T11:30:00Z");
const folders: string[] = [];
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Stream = "collector" | "precache" | "receiver";
interface Given {
  readonly kind: keyof typeof LINES;
  readonly server: "a" | "b";
  readonly stream: Stream;
  readonly hoursAgo: number;
  readonly value: number;
}

/** By kind, what a line of it has after its server. */
const LINES = {
  pass: ["larder", (v: number) => `up=${v % 2}i`],
  status: ["cachestatus", (v: number) => `active=${v % 3 > 0},used=${(v % 7) * 400_000_000}i`],
  report: ["cachereport", () => `guid="g"`],
  peer: ["cachepeers", (v: number) => `healthy=${v % 2 === 0}`],
  row: ["bytestoclients", (v: number) => `bytes.fromcache.toclients=${v}i,bytes.fromorigin.toclients=7i`],
  purged: ["bytespurged", (v: number) => `bytes.purged.youngerthan1day=${v}i`],
  wiped: ["events", (v: number) => `title="t",text="${v}"`],
  run: ["events", (v: number) => `title="t",text="${v}"`],
  failed: ["precacherun", (v: number) => `failed=${v}i,skipped=${v % 5}i`],
  asset: ["precacheasset", (v: number) => `bytes=${v}i`],
} as const;
const TAGS: Readonly<Record<string, (value: number) => string>> = {
  peer: (v) => `,peer=10.0.0.${v % 3},role=peer`,
  wiped: (v) => `,event=${v % 2 === 0 ? "wiped" : "cache-emptied"}`,
  run: (v) => `,event=${["run-start", "run-end", "run-skipped"][v % 3]}`,
  failed: (v) => `,target=t${v % 2}`,
};

/** A journal that three write to, with roll-ups. */
class World {
  readonly stateDir = mkdtempSync(join(tmpdir(), "larder-facts-"));
  readonly #journals = new Map<string, Journal>();

  constructor() {
    folders.push(this.stateDir);
    worlds.push(this);
  }

  async write(given: readonly Given[], nowMs: number): Promise<void> {
    for (const stream of ["collector", "precache", "receiver"] as const) {
      const lines = given
        .filter((each) => each.stream === stream)
        .map(({ kind, server, hoursAgo, value }) => {
          const [measurement, fields] = LINES[kind];
          // whole hours: some lines have the same time
          const timeMs = nowMs - Math.round(hoursAgo) * HOUR;
          return `${measurement}${TAGS[kind]?.(value) ?? ""},server=${server} ${fields(value)} ${timeMs}`;
        });
      if (lines.length === 0) continue;
      const span = { fromMs: nowMs - 40 * DAY, toMs: nowMs + DAY };
      await (await this.#open(stream)).append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span });
    }
  }

  async rollUp(nowMs: number): Promise<void> {
    await rollUp(this.stateDir, await this.#open("rollup"), { timeZone: ZONE, nowMs });
  }

  async close(): Promise<void> {
    for (const journal of this.#journals.values()) await journal.close();
  }

  async #open(stream: Stream | "rollup"): Promise<Journal> {
    const known = this.#journals.get(stream) ?? (await openJournal(this.stateDir, stream, { segmentBytes: 2000 }));
    this.#journals.set(stream, known);
    return known;
  }
}

const given = fc.record({
  kind: fc.constantFrom(...(Object.keys(LINES) as (keyof typeof LINES)[])),
  server: fc.constantFrom("a" as const, "b" as const),
  stream: fc.constantFrom<Stream>("collector", "receiver", "precache"),
  // a clock that is ahead, a little late, very late
  hoursAgo: fc.oneof(
    fc.integer({ min: -4, max: 0 }),
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 0, max: 260 }),
  ),
  value: fc.integer({ min: 0, max: 2 ** 31 }),
});
const step = fc.record({
  lines: fc.array(given, { maxLength: 12 }),
  rollUp: fc.boolean(),
  hours: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
});

function sorted(facts: readonly CacheFacts[]): unknown[] {
  return facts
    .map(({ news: _, ...each }) => ({
      ...each,
      neighbours: [...each.neighbours].sort((a, b) => (a.address < b.address ? -1 : 1)),
    }))
    .sort((a, b) => (a.server < b.server ? -1 : 1));
}

describe("facts that are kept", () => {
  it("are those read from scratch at every moment, whatever comes late, over days and the end of a month", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 6 }), async (steps) => {
        const world = new World();
        const at = { stateDir: world.stateDir, timeZone: ZONE };
        const kept = new KeptFacts(at);
        let nowMs = BEGIN;
        for (const { lines, rollUp, hours } of steps) {
          nowMs += hours * HOUR;
          await world.write(lines, nowMs);
          if (rollUp) await world.rollUp(nowMs);
          expect(sorted(await kept.at(nowMs))).toEqual(sorted(await new KeptFacts(at).at(nowMs)));
        }
      }),
      { numRuns: runs(2) },
    );
  });

  it("say of a cache that its log says it emptied itself, though nothing else is known of it", async () => {
    const world = new World();
    await world.write([{ kind: "wiped", server: "a", stream: "collector", hoursAgo: 1, value: 7 }], BEGIN);
    const facts = await new KeptFacts({ stateDir: world.stateDir, timeZone: ZONE }).at(BEGIN);
    const wiped = { timeMs: BEGIN - HOUR, text: "7" };
    expect(facts).toMatchObject([{ server: "a", heardMs: undefined, status: undefined, wiped }]);
  });

  it("say of a cache that only reports that it was wiped, and of one with a collector what that says", async () => {
    const world = new World();
    const used = (stream: Stream, hoursAgo: number, value: number): Given => {
      return { kind: "status", server: stream === "receiver" ? "a" : "b", stream, hoursAgo, value };
    };
    // 2.4 GB, then nothing
    await world.write([used("receiver", 3, 6), used("receiver", 2, 7), used("collector", 3, 6)], BEGIN);
    await world.write([used("collector", 2, 7)], BEGIN);
    const facts = await new KeptFacts({ stateDir: world.stateDir, timeZone: ZONE }).at(BEGIN);
    expect(facts.map(({ server, wiped }) => [server, wiped])).toEqual([
      ["b", undefined],
      ["a", { timeMs: BEGIN - 2 * HOUR, text: "it held 2.40 GB and now holds 0 bytes" }],
    ]);
  });

  it("are the same object while nothing is new of a cache, and another on the next day", async () => {
    const world = new World();
    const kept = new KeptFacts({ stateDir: world.stateDir, timeZone: ZONE });
    const pass = (server: Given["server"]): Given => ({
      kind: "pass",
      server,
      stream: "collector",
      hoursAgo: 0,
      value: 1,
    });
    const at = async (nowMs: number) => new Map((await kept.at(nowMs)).map((each) => [each.server, each]));
    await world.write([pass("a"), pass("b")], BEGIN);
    const first = await at(BEGIN);
    await world.write([pass("b")], BEGIN + HOUR);
    const second = await at(BEGIN + HOUR);
    const third = await at(BEGIN + DAY);
    expect([second.get("a") === first.get("a"), second.get("b") === first.get("b")]).toEqual([true, false]);
    expect([third.get("a") === first.get("a"), third.get("a")?.heardMs]).toEqual([false, BEGIN]);
    expect(second.get("b")?.news).not.toBe(first.get("b")?.news);
  });

  it("follow a clock that is put right at once", async () => {
    const world = new World();
    const kept = new KeptFacts({ stateDir: world.stateDir, timeZone: ZONE });
    const heard: (number | undefined)[] = [];
    for (const ahead of [2, 0]) {
      await world.write([{ kind: "pass", server: "a", stream: "collector", hoursAgo: -ahead, value: 1 }], BEGIN);
      const [facts] = await kept.at(BEGIN);
      heard.push(((facts?.heardMs ?? 0) - BEGIN) / HOUR);
    }
    expect(heard).toEqual([2, 0]);
  });

  it("take the run that was written last for the last, also once the time of one under a wrong clock has come", async () => {
    const world = new World();
    const at = { stateDir: world.stateDir, timeZone: ZONE };
    const kept = new KeptFacts(at);
    const ofRun = (kind: "run" | "failed", hoursAgo: number, value: number): Given => {
      return { kind, server: "a", stream: "precache", hoursAgo, value };
    };
    // begun two days ahead, and killed; then another with a right clock
    await world.write([ofRun("run", -48, 0), ofRun("failed", -48, 9)], BEGIN);
    await kept.at(BEGIN);
    await world.write([ofRun("run", 0, 1), ofRun("failed", 0, 3)], BEGIN);
    for (const hours of [0, 49]) {
      for (const facts of [kept, new KeptFacts(at)]) {
        const [{ warming } = { warming: undefined }] = await facts.at(BEGIN + hours * HOUR);
        expect(warming).toMatchObject({ event: "run-end", timeMs: BEGIN, failed: 3 });
      }
    }
  });
});
