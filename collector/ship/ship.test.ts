import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StreamReader } from "../../core/journal/position.ts";
import { runs } from "../../core/testing/runs.ts";
import { SinkError } from "../sinks/sink.ts";
import { type MemoryStream, memoryStream } from "../testing/memory-stream.ts";
import { type Manner, type ScriptSink, type Step, scriptSink } from "../testing/script-sink.ts";
import { type VirtualClock, virtualClock } from "../testing/virtual-clock.ts";
import { loadPositions, oldestNeeded } from "./cursor.ts";
import { rejectPath } from "./reject-file.ts";
import { createShipper, type Shipper, type ShipperOptions } from "./ship.ts";

let stateDir: string;
let clock: VirtualClock;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "larder-ship-"));
  clock = virtualClock();
});
afterEach(async () => {
  await rm(stateDir, { recursive: true });
});

const FAR = Number.MAX_SAFE_INTEGER;

function lines(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `m v=${from + i}i ${from + i}`);
}

async function shipperOf(
  sink: ScriptSink,
  readers: readonly StreamReader[],
  more: Partial<ShipperOptions> = {},
): Promise<Shipper> {
  const { signal } = new AbortController();
  return await createShipper({ sink, readers, stateDir, signal, clock, ...more });
}

/** Lines of the reject file, without the reasons. */
async function rejected(): Promise<string[]> {
  const text = await readFile(rejectPath(stateDir, "main"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("shipper", () => {
  it("sends again what a server took seconds before it crashed, though the clock was set ahead meanwhile", async () => {
    let process = "first";
    const sink = Object.assign(scriptSink(), { identity: async () => process });
    const stream = memoryStream("collector", lines(10));
    const shipper = await shipperOf(sink, [stream]);
    await shipper.finish(FAR);
    clock.set(2 * 86_400_000);
    await shipper.finish(FAR);
    sink.stored.clear();
    process = "second";
    await shipper.finish(FAR);
    expect(sink.stored.size).toBe(10);
    await shipper.close();
  });

  it("ships everything, in up to four requests at once, and remembers how far it came", async () => {
    const stream = memoryStream("collector", lines(100));
    const other = memoryStream("precache", lines(5, 1000));
    const sink = scriptSink({ before: async () => await new Promise((resolve) => setTimeout(resolve, 2)) });
    const shipper = await shipperOf(sink, [stream, other]);
    const report = await shipper.finish(FAR);
    expect(report).toMatchObject({ sink: "main", shippedLines: 105, rejectedLines: 0, backlogBytes: 0, state: "ok" });
    expect(report.lastAckMs).toBe(clock.nowMs());
    expect(sink.mostInFlight).toBe(4);
    expect(sink.stored.size).toBe(105);
    await shipper.close();

    const again = scriptSink();
    stream.append(...lines(3, 100));
    const next = await shipperOf(again, [stream, other]);
    expect(await next.finish(FAR)).toMatchObject({ shippedLines: 3 });
    expect(again.requests).toEqual([lines(3, 100)]);
  });

  it("sends everything again when the journal does not reach as far as it had come", async () => {
    const first = await shipperOf(scriptSink(), [memoryStream("collector", lines(100))]);
    await first.finish(FAR);
    await first.close();
    const older = memoryStream("collector", lines(60));
    older.append(...lines(3, 500));
    const sink = scriptSink();
    expect(await (await shipperOf(sink, [older])).finish(FAR)).toMatchObject({ shippedLines: 63, backlogBytes: 0 });
  });

  it("ships while others append", async () => {
    const stream = memoryStream("collector");
    const sink = scriptSink();
    const shipper = await shipperOf(sink, [stream]);
    for (let i = 0; i < 50; i++) {
      stream.append(...lines(7, i * 7));
      shipper.pump();
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sink.stored.size).toBeGreaterThan(0);
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 350, backlogBytes: 0 });
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 0, state: "ok" });
    await shipper.close();
  });

  it("after a failed second of three pieces sends the second first, and leaves no gap", async () => {
    const stream = memoryStream("collector", lines(30));
    const broken = scriptSink();
    broken.script = ["ok", "stopped", "ok"];
    const shipper = await shipperOf(broken, [stream], { inFlight: 3 });
    const report = await shipper.finish(clock.nowMs() + 60_000);
    expect(report.state).toBe("stopped");
    await shipper.close();
    expect((await loadPositions(stateDir, "main"))["collector"]).toEqual({
      segment: lines(10).join("\n").length + 1,
      offset: 0,
    });

    const well = scriptSink();
    const next = await shipperOf(well, [stream], { inFlight: 1 });
    expect(await next.finish(FAR)).toMatchObject({ shippedLines: 20, backlogBytes: 0 });
    expect(well.requests[0]).toEqual(lines(10, 10));
    expect(well.requests[1]).toEqual(lines(10, 20));
  });

  it("killed between the server's yes and the save repeats, and leaves no gap", async () => {
    const stream = memoryStream("collector", lines(20));
    const first = scriptSink();
    // never finished and never closed: nothing was saved, as after kill -9
    const dying = await shipperOf(first, [stream]);
    dying.pump();
    while (first.stored.size < 20) await new Promise((resolve) => setImmediate(resolve));
    expect(await loadPositions(stateDir, "main")).toEqual({});

    const second = scriptSink();
    const next = await shipperOf(second, [stream]);
    await next.finish(FAR);
    expect([...second.stored].sort()).toEqual(lines(20).sort());
  });

  it("waits as long as the server asks, and tries one request before four", async () => {
    const sink = scriptSink({ retryAfterMs: 7000 });
    sink.script = ["later"];
    const shipper = await shipperOf(sink, [memoryStream("collector", lines(100))], { inFlight: 1 });
    const report = await shipper.finish(FAR);
    expect(report).toMatchObject({ state: "ok", shippedLines: 100, problem: undefined });
    expect(clock.slept).toEqual([7000]);
  });

  it("doubles its patience, and caps what a server asks for", async () => {
    const sink = scriptSink();
    sink.script = ["later", "later", "later"];
    const shipper = await shipperOf(sink, [memoryStream("collector", lines(1))]);
    await shipper.finish(FAR);
    expect(clock.slept).toEqual([750, 1500, 3000]);

    clock.slept.length = 0;
    const asking = scriptSink({ retryAfterMs: 86_400_000 });
    asking.script = ["later"];
    await (await shipperOf(asking, [memoryStream("x", lines(1))])).finish(FAR);
    expect(clock.slept).toEqual([600_000]);
  });

  it("leaves at once when there is less time than the server asks for, and goes on later", async () => {
    const sink = scriptSink({ retryAfterMs: 60_000 });
    sink.script = ["later"];
    const stream = memoryStream("collector", lines(10));
    const shipper = await shipperOf(sink, [stream]);
    const report = await shipper.finish(clock.nowMs() + 30_000);
    expect(report).toMatchObject({ state: "later", shippedLines: 0, backlogBytes: 90 });
    expect(report.problem).toBeInstanceOf(SinkError);
    // the next pass comes too early, the one after it does not
    expect(await shipper.finish(clock.nowMs() + 20_000)).toMatchObject({ state: "later", shippedLines: 0 });
    expect(sink.requests.length).toBe(1);
    clock.advance(61_000);
    expect(await shipper.finish(clock.nowMs() + 20_000)).toMatchObject({ state: "ok", shippedLines: 10 });
  });

  it("gives up a request that hangs when the time is over", async () => {
    const hanging = scriptSink({ before: async () => await new Promise((resolve) => setTimeout(resolve, 30)) });
    const shipper = await shipperOf(hanging, [memoryStream("collector", lines(10))]);
    expect(await shipper.finish(clock.nowMs() + 10)).toMatchObject({ shippedLines: 0, backlogBytes: 90 });
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 10, backlogBytes: 0 });
  });

  it("says so when the time is over and no answer came", async () => {
    const hanging = scriptSink({ before: async () => await new Promise((resolve) => setTimeout(resolve, 30)) });
    const shipper = await shipperOf(hanging, [memoryStream("collector", lines(10))]);
    expect(await shipper.finish(clock.nowMs() + 6000)).toMatchObject({
      shippedLines: 0,
      state: "later",
      problem: { code: "SINK_UNREACHABLE", message: expect.stringContaining("no answer within 6 s") },
    });
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 10, state: "ok", problem: undefined });
  });

  it("ends cleanly by its signal", async () => {
    const controller = new AbortController();
    const sink = scriptSink({ before: (request) => (request === 3 ? controller.abort() : undefined) });
    const stream = memoryStream("collector", lines(100));
    const shipper = await shipperOf(sink, [stream], { signal: controller.signal, inFlight: 1 });
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 20 });
    await shipper.close();
    const next = scriptSink();
    expect(await (await shipperOf(next, [stream])).finish(FAR)).toMatchObject({ shippedLines: 80 });
  });

  it.each<Manner>(["partial", "atomic", "blames itself"])(
    "sets bad lines apart from good ones (%s)",
    async (manner) => {
      const good = lines(998);
      const all = [...good.slice(0, 400), "bad one", ...good.slice(400), "bad two"];
      const sink = scriptSink({ manner, maxLines: 1000 });
      const shipper = await shipperOf(sink, [memoryStream("collector", all)]);
      const report = await shipper.finish(FAR);
      expect(report).toMatchObject({ shippedLines: 998, rejectedLines: 2, backlogBytes: 0, state: "ok" });
      expect([...sink.stored].sort()).toEqual([...good].sort());
      expect(await rejected()).toEqual(["bad one", "bad two"]);
      expect(await readFile(rejectPath(stateDir, "main"), "utf8")).toMatch(/^# \d{4}-.*Z the script says /);
      expect(sink.requests.length).toBeLessThan(60);
    },
  );

  it("counts requests that fail together as one failure, and then asks with one", async () => {
    const sink = scriptSink({ before: async () => await new Promise((resolve) => setTimeout(resolve, 2)) });
    sink.script = ["later", "later", "later", "later", "later"];
    const shipper = await shipperOf(sink, [memoryStream("collector", lines(100))]);
    expect(await shipper.finish(FAR)).toMatchObject({ state: "ok", shippedLines: 100 });
    // four fail together, the fifth asks alone and fails, the sixth brings the others back
    expect(new Set(clock.slept)).toEqual(new Set([750, 1500]));
    expect(sink.requests.length).toBe(15);
    expect(sink.companyAtEnd.slice(0, 6)).toEqual([4, 3, 2, 1, 1, 1]);
  });

  it("does not blame three lines either when the server answers 500 to everything", async () => {
    const sink = scriptSink();
    sink.script = Array.from({ length: 60 }, (): Step => "500");
    const shipper = await shipperOf(sink, [memoryStream("collector", lines(3))]);
    expect(await shipper.finish(FAR)).toMatchObject({ state: "ok", rejectedLines: 0, shippedLines: 3 });
    expect(sink.script).toEqual([]);
  });

  it("asks again before it rejects a line on the word of a 500", async () => {
    const sink = scriptSink();
    // the piece, three times; its first half, a line; then the server recovers
    sink.script = ["500", "500", "500", "500"];
    const shipper = await shipperOf(sink, [memoryStream("collector", lines(2))]);
    expect(await shipper.finish(FAR)).toMatchObject({ rejectedLines: 0, shippedLines: 2 });
    expect(await rejected()).toEqual([]);
  });

  it("does not blame lines when the server answers 500 to everything", async () => {
    const sink = scriptSink({ maxLines: 100 });
    sink.script = Array.from({ length: 300 }, (): Step => "500");
    const shipper = await shipperOf(sink, [memoryStream("collector", lines(100))]);
    const report = await shipper.finish(clock.nowMs() + 120_000);
    expect(report).toMatchObject({ state: "later", rejectedLines: 0, shippedLines: 0, backlogBytes: 1080 });
    expect(await rejected()).toEqual([]);
  });

  it("halves what is too large, and refuses a line that is too large alone", async () => {
    const sink = scriptSink({ maxLines: 64, serverMaxLines: 10 });
    expect(await (await shipperOf(sink, [memoryStream("collector", lines(64))])).finish(FAR)).toMatchObject({
      shippedLines: 64,
      rejectedLines: 0,
    });
  });

  it("refuses a line that is too large while others pass, and none when everything is", async () => {
    const long = `m v="${"x".repeat(200)}" 5`;
    const short = lines(5);
    const strict = scriptSink({ serverMaxLineChars: 100 });
    const report = await (await shipperOf(strict, [memoryStream("collector", [...short, long])])).finish(FAR);
    expect(report).toMatchObject({ shippedLines: 5, rejectedLines: 1, state: "ok" });
    expect(await rejected()).toEqual([long]);

    const closed = scriptSink({ serverMaxLines: 0, maxLines: 1000 });
    const shipper = await shipperOf(closed, [memoryStream("other", lines(1000))]);
    const stopped = await shipper.finish(clock.nowMs() + 60_000);
    expect(stopped).toMatchObject({ shippedLines: 0, rejectedLines: 0, state: "stopped" });
    expect(closed.requests.length).toBeLessThan(20);
  });

  it("rejects nothing on the word of a server that refuses everything, and goes on when it takes lines again", async () => {
    const script = { refusesAll: true, maxLines: 100 };
    const sink = scriptSink(script);
    const shipper = await shipperOf(sink, [memoryStream("collector", ["bad one", ...lines(99)])]);
    const report = await shipper.finish(clock.nowMs() + 3_600_000);
    expect(report).toMatchObject({ state: "stopped", rejectedLines: 0, problem: { code: "SINK_REJECTED" } });
    // an hour: every five minutes the piece and the probe
    expect(sink.requests.length).toBeLessThan(30);
    script.refusesAll = false;
    expect(await shipper.finish(FAR)).toMatchObject({ state: "ok", rejectedLines: 1, shippedLines: 99 });
    expect(await rejected()).toEqual(["bad one"]);
  });

  it("forgets what it suspected when the server turns to refusing everything in the middle of a search", async () => {
    const script = {
      refusesAll: false,
      maxLines: 200,
      before: (request: number): void => {
        script.refusesAll = request > 20;
      },
    };
    const sink = scriptSink(script);
    const all = lines(200).map((line, i) => (i % 50 === 7 ? `bad ${i}` : line));
    const shipper = await shipperOf(sink, [memoryStream("collector", all)]);
    const report = await shipper.finish(clock.nowMs() + 60_000);
    expect(report.state).toBe("stopped");
    expect((await rejected()).every((line) => line.startsWith("bad"))).toBe(true);
    script.before = () => undefined;
    script.refusesAll = false;
    await shipper.finish(FAR);
    expect((await rejected()).sort()).toEqual(all.filter((line) => line.startsWith("bad")).sort());
    expect(sink.stored.size).toBe(196);
  });

  it("settles at once what is older than the server keeps", async () => {
    const old = Array.from({ length: 900 }, (_, i) => `old ${i}`);
    const sink = scriptSink({ maxLines: 100 });
    const shipper = await shipperOf(sink, [memoryStream("collector", [...old, ...lines(50)])]);
    const report = await shipper.finish(FAR);
    expect(report).toMatchObject({ expiredLines: 900, shippedLines: 50, rejectedLines: 0, backlogBytes: 0 });
    expect(sink.requests.length).toBe(10);
    expect(await rejected()).toEqual([]);
  });

  it("keeps what it knows of a long search for bad lines", async () => {
    const all = Array.from({ length: 64 }, (_, i) => `bad ${i}`);
    const controller = new AbortController();
    const sink = scriptSink({ maxLines: 64, before: (request) => (request === 90 ? controller.abort() : undefined) });
    const stream = memoryStream("collector", all);
    const shipper = await shipperOf(sink, [stream], { signal: controller.signal });
    const { rejectedLines } = await shipper.finish(FAR);
    await shipper.close();
    expect(rejectedLines).toBeGreaterThan(20);
    expect(await (await shipperOf(scriptSink(), [stream])).finish(FAR)).toMatchObject({
      rejectedLines: 64 - rejectedLines,
      backlogBytes: 0,
    });
    expect((await rejected()).sort()).toEqual([...all].sort());
  });

  it("counts what retention took away before the sink had it, once", async () => {
    const stream = memoryStream("collector", lines(10));
    const sink = scriptSink();
    const shipper = await shipperOf(sink, [stream]);
    await shipper.finish(FAR);
    stream.append(...lines(10, 10));
    stream.removeBefore(90 + 33);
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 7, lostBytes: 33 });
    expect(await shipper.finish(FAR)).toMatchObject({ shippedLines: 0, lostBytes: 0 });
  });

  it("counts what the reject file has no room for", async () => {
    const sink = scriptSink({ manner: "partial" });
    const options = { rejectMaxBytes: 80 };
    const shipper = await shipperOf(sink, [memoryStream("collector", ["bad one", "bad two", "m v=1i 1"])], options);
    expect(await shipper.finish(FAR)).toMatchObject({ rejectedLines: 2, lostBytes: 8, shippedLines: 1 });
    expect(await rejected()).toEqual(["bad one"]);
  });

  it("stays before refused lines it cannot keep", async () => {
    await writeFile(join(stateDir, "rejected"), "no folder");
    const sink = scriptSink({ manner: "partial" });
    const shipper = await shipperOf(sink, [memoryStream("collector", ["bad one", "m v=1i 1"])]);
    const report = await shipper.finish(FAR);
    expect(report).toMatchObject({ state: "later", backlogBytes: 17, problem: { code: "REJECT_WRITE" } });
    await rm(join(stateDir, "rejected"));
    expect(await shipper.finish(FAR)).toMatchObject({ state: "ok", rejectedLines: 1, backlogBytes: 0 });
  });

  it("refuses to guess from a cursor file that is not its own", async () => {
    await (await shipperOf(scriptSink(), [memoryStream("collector", lines(1))])).finish(FAR);
    await writeFile(join(stateDir, "ship", "main.json"), '{"v":2}');
    await expect(shipperOf(scriptSink(), [])).rejects.toMatchObject({ code: "SHIP_CURSOR" });
  });
});

describe("oldestNeeded()", () => {
  it("is the place of the slowest sink, and the beginning for one that never shipped", async () => {
    await (await shipperOf(scriptSink(), [memoryStream("collector", lines(10))])).finish(FAR);
    expect(await oldestNeeded(stateDir, ["main"], "collector")).toEqual({ segment: 90, offset: 0 });
    expect(await oldestNeeded(stateDir, ["main", "new"], "collector")).toEqual({ segment: 0, offset: 0 });
    expect(await oldestNeeded(stateDir, [], "collector")).toBeUndefined();
  });
});

describe("shipper over a server that does what it likes", () => {
  const step = fc.constantFrom<Step>("ok", "ok", "later", "lost answer", "stopped", "500");
  const world = fc.record({
    bad: fc.array(fc.boolean(), { maxLength: 120 }),
    manner: fc.constantFrom<Manner>("partial", "atomic", "blames itself"),
    maxLines: fc.integer({ min: 1, max: 50 }),
    script: fc.array(step, { maxLength: 30 }),
    /** Requests after which the process dies, one life each. */
    deaths: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
  });

  it("ends with every line stored or rejected, and bad ones never stored", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ bad, manner, maxLines, script: plan, deaths }) => {
        const script = [...plan];
        const all = bad.map((isBad, i) => `${isBad ? "bad" : "m"} v=${i}i ${i}`);
        const stream = memoryStream("collector", all);
        const stored = new Set<string>();
        stateDir = await mkdtemp(join(stateDir, "case-"));
        for (const death of [...deaths, Number.POSITIVE_INFINITY]) {
          await oneLife(stream, { manner, maxLines, script: plan, death }, stored);
        }
        const kept = await rejected();
        const isGood = (line: string): boolean => line.startsWith("m");
        // a server that answers 500 often enough to one good line and yes to the others gets that line rejected
        const mayReject = script.includes("500");
        expect([...new Set([...stored, ...kept])].sort()).toEqual([...all].sort());
        expect([...stored].every(isGood)).toBe(true);
        if (!mayReject) expect(kept.some(isGood)).toBe(false);
        // a death between the reject file and the saved place may leave a line twice, nothing else may
        if (deaths.length === 0) expect(kept.length).toBe(new Set(kept).size);
      }),
      { numRuns: runs(60) },
    );
  });
});

/** A process that ships until it dies or everything is done. */
async function oneLife(
  stream: MemoryStream,
  plan: { manner: Manner; maxLines: number; script: Step[]; death: number },
  stored: Set<string>,
): Promise<void> {
  const controller = new AbortController();
  const sink = scriptSink({
    ...plan,
    before: (request) => (request >= plan.death ? controller.abort() : undefined),
  });
  sink.script = plan.script;
  const shipper = await shipperOf(sink, [stream], { signal: controller.signal });
  for (let pass = 0; pass < 100 && !controller.signal.aborted; pass++) {
    const report = await shipper.finish(FAR);
    if (report.state === "ok" && report.backlogBytes === 0) break;
    clock.advance(600_000);
  }
  await shipper.close();
  for (const line of sink.stored) stored.add(line);
}
