/** Small files on a disk that fails: the old text or the new one, whatever is left of what was not synced. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Disk } from "./disk.ts";
import { appendSynced, writeAtomically } from "./files.ts";
import { crashStates } from "./testing/crash-states.ts";
import { type RecordingDisk, recordingDisk } from "./testing/recording-disk.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lfiles-"));
  await writeFile(join(folder, "state.json"), "old text");
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

/** What may be found under a name after each step. */
function found({ before, steps }: RecordingDisk, name: string): Set<string | undefined>[] {
  return Array.from({ length: steps.length + 1 }, (_, taken) => {
    const states = [...crashStates(before, steps.slice(0, taken))];
    return new Set(states.map((content) => content.get(name)?.toString("utf8")));
  });
}

it("writeAtomically() leaves the old text or the new one, and the new one once it has returned", async () => {
  const disk = await recordingDisk(folder);
  await writeAtomically(join(folder, "state.json"), "new text", { disk });
  const texts = found(disk, "state.json");
  for (const [taken, each] of texts.entries()) {
    expect(["old text", "new text"], `after ${taken} steps`).toEqual(expect.arrayContaining([...each]));
  }
  expect([...(texts[0] ?? [])]).toEqual(["old text"]);
  expect([...(texts.at(-1) ?? [])]).toEqual(["new text"]);
});

it("writeAtomically() keeps the old text, and nothing else, when the disk does not take the new one", async () => {
  const disk = await recordingDisk(folder);
  disk.failNextSync();
  await expect(writeAtomically(join(folder, "state.json"), "new text", { disk })).rejects.toMatchObject({
    code: "EIO",
  });
  for (const each of found(disk, "state.json")) expect([...each]).toEqual(["old text"]);
  expect(await readFile(join(folder, "state.json"), "utf8")).toBe("old text");
});

it("appendSynced() keeps what was there, and has what it was given once it has returned", async () => {
  const disk = await recordingDisk(folder);
  await appendSynced(join(folder, "rejects"), Buffer.from("first\n"), { disk });
  const first = disk.steps.length;
  await appendSynced(join(folder, "rejects"), Buffer.from("second\n"), { disk });
  const texts = found(disk, "rejects");
  for (const each of texts.slice(first)) for (const text of each) expect(text).toMatch(/^first\n/);
  expect([...(texts[first] ?? [])]).toEqual(["first\n"]);
  expect([...(texts.at(-1) ?? [])]).toEqual(["first\nsecond\n"]);
});

it("writeAtomically() leaves one of both texts when the folder's sync fails, and the new one when it is written again", async () => {
  const disk = await recordingDisk(folder);
  disk.failNextFolderSync();
  await expect(writeAtomically(join(folder, "state.json"), "new text", { disk })).rejects.toMatchObject({
    code: "EIO",
  });
  await writeAtomically(join(folder, "state.json"), "new text", { disk });
  const texts = found(disk, "state.json");
  for (const each of texts) expect(["old text", "new text"]).toEqual(expect.arrayContaining([...each]));
  expect([...(texts.at(-1) ?? [])]).toEqual(["new text"]);
});

it("appendSynced() has what it was given when a folder's sync fails and it is called again", async () => {
  const disk = await recordingDisk(folder);
  for (const text of ["first\n", "second\n"]) {
    disk.failNextFolderSync();
    await expect(appendSynced(join(folder, "rejects"), Buffer.from(text), { disk })).rejects.toMatchObject({
      code: "EIO",
    });
    await appendSynced(join(folder, "rejects"), Buffer.from(text), { disk });
  }
  // twice is at least once
  expect([...(found(disk, "rejects").at(-1) ?? [])]).toEqual(["first\nsecond\nsecond\n"]);
});

it.each([
  ["forgets to sync the file", { datasync: async () => {} }, {}],
  ["forgets to sync the folder", {}, { syncFolder: async () => {} }],
])("the model notices who %s", async (_, ofFile, ofDisk) => {
  const disk = await recordingDisk(folder);
  const open: Disk["open"] = async (path, flags, mode) => ({ ...(await disk.open(path, flags, mode)), ...ofFile });
  await writeAtomically(join(folder, "state.json"), "new text", { disk: { ...disk, open, ...ofDisk } });
  expect([...(found(disk, "state.json").at(-1) ?? [])]).not.toEqual(["new text"]);
});
