import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { Buckets } from "./buckets.ts";
import { processTree } from "./process-figures.ts";
import { shares } from "./real.ts";
import { schoolShare } from "./school-cache.ts";
import { judge, type Sample, slope } from "./verdict.ts";

const DAY_MS = 86_400_000;
const KEEP_BYTES = 100e6;

/** A month of a program that stays as it is, four samples a day, with a wobble. */
function flatMonth(change: (sample: Sample, day: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 120 }, (_, i) => {
    const day = i / 4;
    const wobble = (i * 7919) % 13;
    const collector = {
      ...{ pid: 7, rssMiB: 140 + wobble, heldMiB: 40 + wobble / 4, descriptors: 26 + (i % 3) },
      // nights in which nothing comes
      cpuSeconds: i * 2 + Math.floor((i + 1) / 2) * 6,
    };
    const sample = {
      ...{ atMs: day * DAY_MS, passes: i * 20, rows: Math.floor((i + 1) / 2) * 300, processes: { collector } },
      ...{ journalBytes: 30e6 + wobble * 1e6, stateFiles: 20 + (i % 2) },
    };
    return { ...sample, ...change(sample, day) };
  });
}

const bad = (samples: readonly Sample[]): string[] =>
  judge(samples, KEEP_BYTES).flatMap(({ holds, what }) => (holds ? [] : what));

function collectorOf(change: (day: number) => Partial<Sample["processes"][string]>) {
  return (sample: Sample, day: number): Partial<Sample> => {
    const collector = sample.processes["collector"];
    return collector === undefined ? {} : { processes: { collector: { ...collector, ...change(day) } } };
  };
}

describe("the verdict of a soak", () => {
  it("holds for a program that only wobbles, and for one that sticks out once", () => {
    expect(bad(flatMonth())).toEqual([]);
    const once = collectorOf((day) => (day === 15 ? { rssMiB: 500, heldMiB: 300 } : {}));
    expect(bad(flatMonth(once))).toEqual([]);
  });

  it.each([
    ["held after collection", collectorOf((day) => ({ heldMiB: 40 + day * 0.2 }))],
    ["resident", collectorOf((day) => ({ rssMiB: 140 + day * 0.4 }))],
    ["descriptors", collectorOf((day) => ({ descriptors: 26 + Math.floor(day) }))],
    ["processes it was", collectorOf((day) => ({ pid: day < 20 ? 7 : 8 }))],
    ["held after collection", collectorOf(() => ({ heldMiB: undefined }))],
    ["an idle pass", collectorOf((day) => ({ cpuSeconds: day * day * 3 }))],
    ["of a row", (_: Sample, day: number) => ({ rows: Math.floor(Math.log(1 + Math.ceil(day * 2)) * 1000) })],
    ["journal", (_: Sample, day: number) => ({ journalBytes: day * 4e6 })],
    ["files", (_: Sample, day: number) => ({ stateFiles: Math.floor(day) })],
  ])("finds what grows: %s", (what, change) => {
    expect(bad(flatMonth(change)).join("\n")).toContain(what);
  });

  it("says nothing of too few samples", () => {
    expect(() => judge(flatMonth().slice(0, 5), KEEP_BYTES)).toThrow(RangeError);
    expect(slope([{ x: 1, y: 1 }])).toBeNaN();
  });
});

it("sees what a process takes more from one moment to another", async () => {
  // takes four megabytes and opens two files at each line it is sent
  const script = `const held = []; const fs = require("node:fs");
    require("node:readline").createInterface(process.stdin).on("line", () => {
      held.push(Buffer.alloc(4e6, 1), fs.openSync("/dev/null"), fs.openSync("/dev/null"));
      console.log("done");
    }); console.log("done");`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const samples = [];
  for (let n = 0; n < 8; n++) {
    await lines.next();
    samples.push(processTree(child.pid ?? 0)[0]);
    child.stdin.write("\n");
  }
  child.kill();
  await once(child, "exit");
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) throw new Error("the process was not there");
  expect(last.rssMiB - first.rssMiB).toBeGreaterThan(20);
  expect(last.descriptors - first.descriptors).toBe(14);
  const [share] = shares(
    new Map([["it", first]]),
    new Map([["it", { ...last, cpuSeconds: first.cpuSeconds + 3 }]]),
    60,
  );
  expect(share?.percent).toBeCloseTo(5);
  expect(processTree(child.pid ?? 0)).toEqual([]);
});

it("adds up lines by the hour, and closed days by the day on the wall", () => {
  const buckets = new Buckets("Europe/Berlin");
  const night = Date.parse("2028-03-26T21:59:00Z");
  buckets.add(`bytesdropped,server=cache1,world=7 bytes.dropped=5i ${night}`);
  buckets.add(`bytesdropped_1d,server=cache1 bytes.dropped=5i ${night}`);
  buckets.add(`larder,server=cache1 seconds=0.5 ${night}`);
  expect([...buckets.sums("")]).toEqual([[Date.parse("2028-03-26T21:00Z"), new Map([["cache1 bytes.dropped", 5]])]]);
  // the day of 23 hours
  expect([...buckets.sums("_1d").keys()]).toEqual([Date.parse("2028-03-25T23:00Z")]);
});

it("has rows in the nights that matter, and none in a school night", () => {
  const at = (text: string): number => schoolShare(Date.parse(text), "Europe/Berlin");
  expect([at("2028-01-01T00:00+01:00"), at("2028-03-26T03:00+02:00")].every((share) => share > 0)).toBe(true);
  expect([at("2028-02-29T10:00+01:00"), at("2028-02-29T03:00+01:00")]).toEqual([1, 0]);
});
