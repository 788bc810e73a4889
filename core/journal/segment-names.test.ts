import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listSegmentFiles, listSegments, packedPath, segmentFilesAmong, segmentPath } from "./segment-names.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lnames-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("segments are listed by number, one in both forms as it was before it was packed, and nothing else is one", async () => {
  const others = ["lock.2", "000000000000007.lp.gz.tmp", "x000000000000007.lp", "000000000000007.lpx", "0007.lp"];
  const bodies = [...[900, 8, 30_000_000_000].map((n) => segmentPath(folder, n)), packedPath(folder, 8)];
  for (const path of [...bodies, packedPath(folder, 70), ...others.map((name) => join(folder, name))]) {
    await writeFile(path, "");
  }
  expect(await listSegmentFiles(folder)).toEqual([
    { number: 8, isPacked: false },
    { number: 70, isPacked: true },
    { number: 900, isPacked: false },
    { number: 30_000_000_000, isPacked: false },
  ]);
  expect(await listSegments(folder)).toEqual([8, 70, 900, 30_000_000_000]);
});

it("segments are the same in whichever order their folder gives them", () => {
  const names = ["000000000000008.lp", "000000000000008.lp.gz", "000000000000070.lp.gz", "000000000000900.lp"];
  const listed = segmentFilesAmong(names);
  expect(listed.map(({ number, isPacked }) => [number, isPacked])).toEqual([
    [8, false],
    [70, true],
    [900, false],
  ]);
  expect(segmentFilesAmong([...names].reverse())).toEqual(listed);
});

it("a name is the number in fifteen digits", () => {
  expect([segmentPath("f", 8_388_671), packedPath("f", 0)]).toEqual([
    join("f", "000000008388671.lp"),
    join("f", "000000000000000.lp.gz"),
  ]);
});

it("a folder that is missing has none, and a file in its place is an error", async () => {
  expect(await listSegments(join(folder, "none"))).toEqual([]);
  await writeFile(join(folder, "file"), "");
  await expect(listSegments(join(folder, "file"))).rejects.toMatchObject({ code: "JOURNAL_READ" });
});
