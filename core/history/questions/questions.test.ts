import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { openJournal } from "../../journal/journal.ts";
import { tagText } from "../../line/line.ts";
import { runs } from "../../testing/runs.ts";
import { ask } from "../ask.ts";
import { cacheStates } from "./cache-state.ts";
import { events } from "./events.ts";
import { lastPasses, newestRow } from "./passes.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Line = readonly [kind: "status" | "traffic" | "event" | "pass", server: "a" | "b", timeMs: number];

const TEXT: Readonly<Record<Line[0], (server: string, ms: number) => string[]>> = {
  status: (server, ms) => [
    `cachestatus,server=${server} used=${ms}i ${ms}`,
    `cachecontent,kind=Books,server=${server} bytes=${ms}i ${ms}`,
    `cachecontent,kind=Atlases,server=${server} bytes=${ms}i ${ms}`,
  ],
  traffic: (server, ms) => [`bytestoclients,server=${server} bytes.fromcache.toclients=1i ${ms}`],
  event: (server, ms) => [`events,event=wiped,server=${server} title="t",text="${ms}" ${ms}`],
  pass: (server, ms) => [`larder,server=${server} up=1i ${ms}`],
};

/** A journal of many segments, each of some batches. */
async function write(batches: readonly (readonly Line[])[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "larder-questions-"));
  folders.push(folder);
  const journal = await openJournal(folder, "collector", { segmentBytes: 300 });
  for (const batch of batches) {
    const times = batch.map(([, , ms]) => ms);
    const lines = batch.flatMap(([kind, server, ms]) => TEXT[kind](server, ms));
    if (lines.length === 0) continue;
    const span = { fromMs: Math.min(...times), toMs: Math.max(...times) };
    await journal.append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span });
  }
  await journal.close();
  return folder;
}

describe("questions of what is newest", () => {
  it("find it wherever it lies, though they read the newest segments first", async () => {
    const line = fc.tuple(
      fc.constantFrom<Line[0]>("status", "traffic", "event", "pass"),
      fc.constantFrom<Line[1]>("a", "b"),
      fc.integer({ min: 1000, max: 2000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(line, { maxLength: 4 }), { maxLength: 12 }), async (batches) => {
        const folder = await write(batches);
        const span = { fromMs: 1200, toMs: 1900 };
        const all = batches.flat().filter(([, , ms]) => ms >= span.fromMs && ms < span.toMs);
        const times = (kind: Line[0]): number[] =>
          all.filter(([k, s]) => k === kind && s === "a").map(([, , ms]) => ms);
        const newest = (kind: Line[0]): number | undefined => times(kind).sort((x, y) => y - x)[0];
        const lines = { ...span, tags: { server: "a" } };
        const [states, passes, row, happened] = await ask(folder, [
          cacheStates(lines),
          lastPasses(lines),
          newestRow(lines),
          events(lines),
        ]);
        expect(states[0]?.timeMs).toBe(newest("status"));
        expect(states[0]?.content.map(({ bytes }) => bytes)).toEqual(
          newest("status") === undefined ? undefined : states[0]?.content.map(() => newest("status")),
        );
        expect(passes[0]?.timeMs).toBe(newest("pass"));
        expect(row).toBe(newest("traffic"));
        const wanted = times("event").sort((x, y) => y - x);
        expect(happened.map(({ timeMs }) => timeMs)).toEqual(wanted);
        const [few] = await ask(folder, [events({ ...lines, most: 2 })]);
        expect(few.slice(0, 2).map(({ timeMs }) => timeMs)).toEqual(wanted.slice(0, 2));
      }),
      { numRuns: runs(40) },
    );
  });

  it("have lines of one time in the order written", async () => {
    const folder = await write([[["status", "a", 1000]], [["status", "a", 1100]], [["status", "a", 1100]]]);
    const [states] = await ask(folder, [cacheStates({ fromMs: 0, toMs: 5000, tags: { server: "a" } })]);
    expect(states[0]?.content.map(({ kind }) => kind)).toEqual(["Books", "Atlases", "Books", "Atlases"]);
  });

  it("look no further back than for the servers that are looked for", async () => {
    const folder = await write([
      [["status", "b", 1000]],
      [["status", "a", 1100]],
      [
        ["status", "b", 1150],
        ["traffic", "a", 1160],
      ],
      [["status", "a", 1200]],
      [["status", "a", 1300]],
    ]);
    const span = { fromMs: 0, toMs: 5000 };
    const found = async (servers: readonly string[]): Promise<unknown> => {
      const [states] = await ask(folder, [cacheStates({ ...span, servers })]);
      return states.map(({ server, timeMs, content }) => [server, timeMs, content.map(({ bytes }) => bytes)]);
    };
    const a = ["a", 1300, [1300, 1300]];
    const b = ["b", 1150, [1150, 1150]];
    expect(await found(["a"])).toEqual([a]);
    expect(await found(["a", "b"])).toEqual([a, b]);
    expect(await found(["b"])).toEqual([a, b]);
    expect(await found(["c"])).toEqual([a, b]);
    expect(await found([])).toEqual(expect.arrayContaining([a, b]));
  });

  it("read no further back than for as many as are enough", async () => {
    const folder = await write(Array.from({ length: 9 }, (_, i) => [["event", "a", 1000 + 100 * i]] as const));
    const [found] = await ask(folder, [events({ fromMs: 0, toMs: 5000, most: 2 })]);
    expect(found.map(({ timeMs }) => timeMs)).toEqual([1800, 1700]);
  });

  it("know the newest of every server where none is named", async () => {
    const folder = await write([
      [
        ["status", "a", 1000],
        ["status", "b", 1500],
      ],
      [["status", "a", 1200]],
    ]);
    const [states] = await ask(folder, [cacheStates({ fromMs: 0, toMs: 5000 })]);
    expect(states.map(({ server, timeMs }) => [server, timeMs]).sort()).toEqual([
      ["a", 1200],
      ["b", 1500],
    ]);
  });

  it("look no further than they are asked to, and find what is within, also of a name with escapes", async () => {
    const name = "a, b=c";
    const own = `cachestatus${tagText({ server: name })} used=7i 1500`;
    const folder = await write([]);
    const journal = await openJournal(folder, "receiver", { segmentBytes: 300 });
    const append = async (line: string): Promise<void> =>
      await journal.append({ lines: `${line}\n`, lineCount: 1, span: { fromMs: 1500, toMs: 1500 } });
    for (const line of [own, ...Array.from({ length: 20 }, (_, i) => `cachestatus,server=b${i} used=1i 1500`)])
      await append(line);
    await journal.close();
    const found = async (withinBytes: number): Promise<(number | undefined)[]> => {
      const [states] = await ask(folder, [cacheStates({ fromMs: 0, toMs: 2000, tags: { server: name }, withinBytes })]);
      return states.map(({ usedBytes }) => usedBytes);
    };
    expect([await found(1000), await found(1e6)]).toEqual([[], [7]]);
  });
});
