/** Silences after a crash at every point: those that were added are there, those that were removed are not. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Disk } from "../../core/disk.ts";
import { DISK_MISTAKES, takesAnyAnswer, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { addSilence, readSilences, removeSilence } from "./silence-file.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lsilence-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

/**
 * Adds two, removes the first, with a disk; what is wrong at the first crash point where something is.
 * @param failing whether the first sync says no
 */
async function tryAll(mutate: (disk: Disk) => Disk, failing = false) {
  const stateDir = await mkdtemp(join(root, "state-"));
  await mkdir(join(stateDir, "silences"));
  const recorder = await recordingDisk(join(stateDir, "silences"));
  if (failing) recorder.failNextSync();
  const change = { stateDir, nowMs: NOW, dryRun: false, disk: mutate(recorder) };
  const until = "2026-12-24T00:00:00Z";
  /** What was true when a change had returned, and when the next one had begun. */
  const truths = [{ steps: 0, rules: "" }];
  const settle = async () => {
    const rules = (await readSilences(stateDir)).map(({ rule }) => rule).join();
    truths.push({ steps: recorder.steps.length, rules });
  };
  const disk = { rule: "disk", tags: {}, until } as const;
  const first = await addSilence(disk, change).catch(async () => await addSilence(disk, change));
  await settle();
  await addSilence({ rule: "wan", tags: {}, until }, change);
  await settle();
  await removeSilence(first.id, change);
  await settle();
  const promisedAt = (taken: number) => {
    const last = truths.findLastIndex(({ steps }) => steps <= taken);
    return truths.slice(last, last + 2).map(({ rules }) => rules);
  };
  return await tryCrashPoints({ disk: recorder, folder: "silences", promisedAt }, async (point) => {
    const found = (await readSilences(point.stateDir)).map(({ rule }) => rule).join();
    const possible = point.promised;
    return possible.includes(found) ? undefined : `"${found}" is there, "${possible.join('" or "')}" was to be`;
  });
}

it("are the old ones or the new ones, and the new ones once a change has returned", async () => {
  const { states, wrong } = await tryAll((disk) => disk);
  expect(wrong).toBeUndefined();
  expect(states).toBeGreaterThan(30);
});

it("are so when a sync fails and the next one does not", async () => {
  expect((await tryAll((disk) => disk, true)).wrong).toBeUndefined();
  expect((await tryAll(takesAnyAnswer, true)).wrong).toBeDefined();
});

const WRITES_IN_PLACE = (disk: Disk): Disk => ({
  ...disk,
  open: async (path, _flags, mode) => {
    const { O_CREAT, O_TRUNC, O_WRONLY } = (await import("node:fs")).constants;
    return await disk.open(path.replace(/\.json.*$/, ".json"), O_CREAT | O_TRUNC | O_WRONLY, mode);
  },
  rename: async () => {},
});

it.each(Object.entries({ ...DISK_MISTAKES, "writes in place": WRITES_IN_PLACE }))(
  "a writer that %s is noticed",
  async (_, mutate) => {
    expect((await tryAll(mutate)).wrong).toBeDefined();
  },
);
