import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkJournal } from "./health.ts";
import { openJournal, type StreamName, streamFolder } from "./journal.ts";
import { loadSuspects, scrubJournal } from "./scrub.ts";
import { listSegments, segmentPath } from "./segment-names.ts";

let stateDir: string;
let now = 1_800_000_000_000;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "lscrub-"));
  for (const stream of ["collector", "rollup"] as const) {
    const journal = await openJournal(stateDir, stream, { segmentBytes: 1 });
    for (let n = 0; n < 8; n++) {
      await journal.append({ lines: `m v=${n}i ${n}\n`, lineCount: 1, span: { fromMs: n, toMs: n } });
    }
    await journal.close();
  }
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

const scrub = async () => {
  now += 600_000;
  return await scrubJournal(stateDir, { nowMs: now, most: 3 });
};

async function flip(stream: StreamName, index: number): Promise<{ number: number; heal: () => Promise<void> }> {
  const folder = streamFolder(stateDir, stream);
  const number = (await listSegments(folder))[index] ?? 0;
  const path = segmentPath(folder, number);
  const bytes = await readFile(path);
  const changed = Buffer.from(bytes);
  changed[4] = 0x39 ^ 1;
  await writeFile(path, changed);
  return { number, heal: async () => await writeFile(path, bytes) };
}

it("finds damage anywhere in a round, reports it once, and forgets what was healed", async () => {
  const first = await flip("collector", 5);
  const second = await flip("rollup", 6);
  const found: unknown[] = [];
  // 14 closed segments, three at a time
  for (let i = 0; i < 5; i++) found.push(...(await scrub()));
  expect(found).toEqual([
    ["collector", first.number],
    ["rollup", second.number],
  ]);
  for (let i = 0; i < 5; i++) expect(await scrub()).toEqual([]);
  expect(await loadSuspects(stateDir)).toEqual({
    ...Object.fromEntries(["precache", "receiver", "imported", "alerts"].map((stream) => [stream, []])),
    collector: [first.number],
    rollup: [second.number],
  });
  await first.heal();
  for (let i = 0; i < 5; i++) await scrub();
  expect((await loadSuspects(stateDir)).collector).toEqual([]);
});

it("has status look at what it found, however little time there is", async () => {
  const { number } = await flip("collector", 1);
  const losses = async () => {
    const suspects = await loadSuspects(stateDir);
    const [health] = await checkJournal(stateDir, { streams: ["collector"], goOn: () => false, suspects });
    return health?.losses.map(({ segment }) => segment);
  };
  expect(await losses()).toEqual([]);
  await scrub();
  expect(await losses()).toEqual([number]);
});

it("waits between two rounds, and begins at the beginning where its file is not its own", async () => {
  await scrub();
  const path = join(stateDir, "journal/scrub.json");
  const before = await readFile(path, "utf8");
  await scrubJournal(stateDir, { nowMs: now + 1000 });
  expect(await readFile(path, "utf8")).toBe(before);
  for (const text of ["", "{", "[]", '{"v":1,"atMs":"x"}', "null"]) {
    await writeFile(path, text);
    await scrub();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ v: 1, stream: "collector", atMs: now });
  }
});
