import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { createAckWindow, loadPositions, oldestNeeded, savePositions } from "./cursor.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-ship-cursor-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (segment: number, offset = 0) => ({ segment, offset });

describe("positions of a sink", () => {
  it("are those saved last, in a file of the sink's name; none before the first time", async () => {
    expect(await loadPositions(folder, "influx")).toEqual({});
    await savePositions({ stateDir: folder, sink: "influx" }, { collector: at(1, 2) });
    await savePositions({ stateDir: folder, sink: "influx" }, { collector: at(3, 4), precache: at(0) });
    expect(await loadPositions(folder, "influx")).toEqual({ collector: at(3, 4), precache: at(0) });
    expect(await loadPositions(folder, "other")).toEqual({});
    const text = await readFile(join(folder, "ship/influx.json"), "utf8");
    expect(text).toBe('{"v":1,"streams":{"collector":{"segment":3,"offset":4},"precache":{"segment":0,"offset":0}}}\n');
  });

  it.each([
    ["", "it is not one of our cursors"],
    ["[]", "it is not one of our cursors"],
    ['{"v":2,"streams":{}}', "it is not one of our cursors"],
    ['{"v":1,"streams":{},"more":1}', "it is not one of our cursors"],
    ['{"v":1,"streams":{"collector":{"segment":-1,"offset":0}}}', "it is not one of our cursors"],
    ['{"v":1,"streams":{"collector":{"segment":0,"offset":0.5}}}', "it is not one of our cursors"],
    ['{"v":1,"streams":{"collector":{"segment":0,"offset":0,"more":1}}}', "it is not one of our cursors"],
  ])("are refused where the file is not ours: %s", async (text, said) => {
    const path = join(folder, "ship/influx.json");
    await mkdir(join(folder, "ship"));
    await writeFile(path, text);
    await expect(loadPositions(folder, "influx")).rejects.toMatchObject({
      code: "SHIP_CURSOR",
      message: `Cannot read how far sink "influx" has come from "${path}": ${said}`,
      state: "nothing was sent or lost; the journal keeps everything",
      next: `remove "${path}" to send this sink the whole journal again, which changes no number`,
      cause: expect.any(Error),
    });
  });

  it("say why the file cannot be read", async () => {
    await mkdir(join(folder, "ship/influx.json"), { recursive: true });
    await expect(loadPositions(folder, "influx")).rejects.toThrow(/influx\.json": (?!it is not one of our cursors)/);
  });
});

describe("oldestNeeded()", () => {
  it("is the least of all sinks: segments are named by where they begin in the stream", async () => {
    await savePositions({ stateDir: folder, sink: "a" }, { collector: at(100, 60), precache: at(7) });
    await savePositions({ stateDir: folder, sink: "b" }, { collector: at(150, 20) });
    await savePositions({ stateDir: folder, sink: "c" }, { collector: at(100, 80) });
    expect(await oldestNeeded(folder, ["b", "a", "c"], "collector")).toEqual(at(100, 60));
    expect(await oldestNeeded(folder, ["c", "b"], "collector")).toEqual(at(150, 20));
    expect(await oldestNeeded(folder, ["a", "b"], "precache")).toEqual(at(0));
    expect(await oldestNeeded(folder, ["a", "new"], "collector")).toEqual(at(0));
    expect(await oldestNeeded(folder, [], "collector")).toBeUndefined();
  });

  it("keeps the first of equal places", async () => {
    await savePositions({ stateDir: folder, sink: "a" }, { collector: at(100, 50) });
    await savePositions({ stateDir: folder, sink: "b" }, { collector: at(150, 0) });
    expect(await oldestNeeded(folder, ["a", "b"], "collector")).toEqual(at(100, 50));
    expect(await oldestNeeded(folder, ["b", "a"], "collector")).toEqual(at(150, 0));
  });
});

describe("createAckWindow()", () => {
  it("moves over the done beginning only, whatever order pieces are done in, and counts each loss once", () => {
    const orders = fc.integer({ min: 1, max: 8 }).chain((n) =>
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i),
        { minLength: n },
      ),
    );
    fc.assert(
      fc.property(orders, (order) => {
        const window = createAckWindow(at(0));
        const tickets = order.map((_, i) => window.add(at(0, i + 1), 10 ** i));
        const done = new Set<number>();
        let lost = 0;
        for (const i of order) {
          lost += window.done(tickets[i]!);
          done.add(i);
          const passed = order.findIndex((_, k) => !done.has(k));
          const front = passed < 0 ? order.length : passed;
          expect(window.position).toEqual(at(0, front));
          expect(lost).toBe(Array.from({ length: front }, (_, k) => 10 ** k).reduce((sum, each) => sum + each, 0));
          expect(tickets.map((ticket) => window.isFirst(ticket))).toEqual(tickets.map((_, k) => k === front));
        }
      }),
      { numRuns: runs(30) },
    );
  });

  it("moves within the first piece only, and counts what was lost before it then, not again", () => {
    const window = createAckWindow(at(0));
    const [first, second] = [window.add(at(0, 10), 5), window.add(at(0, 20), 7)];
    expect([window.advanceWithin(second, at(0, 15)), window.position]).toEqual([0, at(0)]);
    expect([window.advanceWithin(first, at(0, 4)), window.position]).toEqual([5, at(0, 4)]);
    expect([window.advanceWithin(first, at(0, 6)), window.position]).toEqual([0, at(0, 6)]);
    expect([window.done(first), window.position]).toEqual([0, at(0, 10)]);
    expect([window.done(second), window.position]).toEqual([7, at(0, 20)]);
  });

  it("forgets what is on its way", () => {
    const window = createAckWindow(at(0));
    const ticket = window.add(at(0, 10), 5);
    window.reset();
    expect([window.isFirst(ticket), window.done(ticket), window.position]).toEqual([false, 0, at(0)]);
    expect(window.isFirst(window.add(at(0, 10), 0))).toBe(true);
  });
});
