/** Lines a sink refused, after a crash of their retry at every point: each that the server has not taken is in a file. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Disk } from "../../core/disk.ts";
import { readIfThere } from "../../core/files.ts";
import { DISK_MISTAKES, takesAnyAnswer, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { scriptSink } from "../testing/script-sink.ts";
import { rejectPath, retryPath } from "./reject-file.ts";
import { retryRejected } from "./reject-retry.ts";

const LINES = ["bad v=1i 1", "m v=2i 2", "bad v=3i 3"];
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lretry-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

async function kept(stateDir: string): Promise<string> {
  const files = await Promise.all([rejectPath(stateDir, "main"), retryPath(stateDir, "main")].map(readIfThere));
  return files.map((bytes) => bytes?.toString("utf8") ?? "").join("");
}

/** @param failing whether the first sync says no */
async function tryAll(mutate: (disk: Disk) => Disk, failing = false) {
  const stateDir = await mkdtemp(join(root, "state-"));
  await mkdir(join(stateDir, "rejected"));
  const comment = "# 2026-09-16T08:05:02.000Z refused\n";
  await writeFile(rejectPath(stateDir, "main"), LINES.map((line) => `${comment}${line}\n`).join(""));
  const recorder = await recordingDisk(join(stateDir, "rejected"));
  const sink = Object.assign(scriptSink({ manner: "partial" }), { name: "main" });
  if (failing) recorder.failNextSync();
  const options = { stateDir, sink, signal: new AbortController().signal, disk: mutate(recorder) };
  const report = await retryRejected(options).catch(async () => await retryRejected(options));
  // what a failed retry has put back may be there twice
  expect(report.keptLines).toBeGreaterThanOrEqual(2);
  return await tryCrashPoints({ disk: recorder, folder: "rejected", promisedAt: () => "all" }, async (point) => {
    const text = await kept(point.stateDir);
    const lost = LINES.filter((line) => line.startsWith("bad") && !text.includes(`${line}\n`));
    return lost.length === 0 ? undefined : `${lost.join(" and ")} is lost`;
  });
}

it("loses no line that was not taken", async () => {
  const { states, wrong } = await tryAll((disk) => disk);
  expect(wrong).toBeUndefined();
  expect(states).toBeGreaterThan(8);
});

it("loses none when a sync fails and the next one does not", async () => {
  expect((await tryAll((disk) => disk, true)).wrong).toBeUndefined();
});

it("a retry that takes a failed sync for a sync is noticed", async () => {
  expect((await tryAll(takesAnyAnswer, true)).wrong).toMatch(/lost/);
});

const REMOVES_FIRST = (disk: Disk): Disk => {
  let aside = "";
  return {
    ...disk,
    rename: async (from, to) => {
      aside = to;
      await disk.rename(from, to);
    },
    open: async (path, flags, mode) => {
      await disk.remove(aside);
      await disk.syncFolder(join(path, ".."));
      return await disk.open(path, flags, mode);
    },
  };
};

it.each(Object.entries({ ...DISK_MISTAKES, "removes lines before it has put them back": REMOVES_FIRST }))(
  "a retry that %s is noticed",
  async (_, mutate) => {
    expect((await tryAll(mutate)).wrong).toMatch(/lost/);
  },
);
