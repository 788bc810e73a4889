/**
 * A sink's place and what it refused, after a crash at every point: what lies before the place is with the server or in
 * the file, and shipping goes on from there.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Disk, type DiskFile, writeAll } from "../../core/disk.ts";
import { readIfThere } from "../../core/files.ts";
import { DISK_MISTAKES, takesAnyAnswer, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { THOROUGH } from "../../core/testing/runs.ts";
import { unsynced } from "../../core/testing/unsynced-disk.ts";
import { memoryStream } from "../testing/memory-stream.ts";
import { scriptSink } from "../testing/script-sink.ts";
import { loadPositions } from "./cursor.ts";
import { rejectPath } from "./reject-file.ts";
import type { ShipClock } from "./run-limits.ts";
import { createShipper } from "./ship.ts";

const LINES = ["m v=1i 1", "bad v=2i 2", "bad v=3i 3"];
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lship-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

/** Each look is a second later, so that the place is saved after each piece; nobody waits. */
function steppingClock(): ShipClock {
  let now = 1_000_000;
  return {
    nowMs: () => {
      now += 1000;
      return now;
    },
    steadyMs: () => now,
    random: () => 0,
    sleep: async (_, signal) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
  };
}

/** Ships all there is, in a second pass what the disk refused in the first. */
async function shipAll(stateDir: string, disk: Disk, stored: Set<string>, onTaken: () => void): Promise<void> {
  // made beforehand: a new folder is synced on the real disk
  for (const name of ["ship", "rejected"]) await mkdir(join(stateDir, name), { recursive: true });
  const script = scriptSink({ manner: "partial", maxLines: 2 });
  const sink = {
    ...script,
    write: async (bytes: Uint8Array, signal: AbortSignal) =>
      await script.write(bytes, signal).finally(() => {
        for (const line of script.stored) stored.add(line);
        onTaken();
      }),
  };
  const shipper = await createShipper({
    ...{ sink, readers: [memoryStream("collector", LINES)], stateDir, disk },
    ...{ signal: new AbortController().signal, inFlight: 1, clock: steppingClock() },
  });
  const { problem } = await shipper.finish(Number.MAX_SAFE_INTEGER);
  if (problem !== undefined) await shipper.finish(Number.MAX_SAFE_INTEGER);
  await shipper.close();
}

/** The lines that end within so many bytes of the stream and are neither with the server nor in the file. */
async function missing(stateDir: string, bytes: number, stored: ReadonlySet<string>): Promise<string[]> {
  const file = (await readIfThere(rejectPath(stateDir, "main")))?.toString("utf8") ?? "";
  const before = LINES.filter((_, i) => LINES.slice(0, i + 1).join("\n").length < bytes);
  return before.filter((line) => !(line.startsWith("bad") ? `\n${file}`.includes(`\n${line}\n`) : stored.has(line)));
}

/** @param failing number of the sync that says no */
async function tryAll(mutate: (disk: Disk) => Disk, failing?: number) {
  const stateDir = await mkdtemp(join(root, "state-"));
  const recorder = await recordingDisk(stateDir);
  if (failing !== undefined) recorder.failNextSync(failing);
  const stored = new Set<string>();
  const taken: { readonly steps: number; readonly lines: ReadonlySet<string> }[] = [];
  await shipAll(stateDir, mutate(recorder), stored, () => {
    taken.push({ steps: recorder.steps.length, lines: new Set(stored) });
  });
  const promisedAt = (steps: number) => [...(taken.findLast((each) => each.steps <= steps)?.lines ?? [])];
  const found = await tryCrashPoints({ disk: recorder, folder: ".", promisedAt }, async (point) => {
    const server = new Set(point.promised);
    const place = (await loadPositions(point.stateDir, "main"))["collector"] ?? { segment: 0, offset: 0 };
    const gone = await missing(point.stateDir, place.segment + place.offset, server);
    if (gone.length > 0) return `the place is behind ${gone.join(" and ")}`;
    await shipAll(point.stateDir, unsynced, server, () => undefined);
    const left = await missing(point.stateDir, Number.POSITIVE_INFINITY, server);
    return left.length > 0 ? `${left.join(" and ")} never arrived` : undefined;
  });
  return { ...found, syncs: recorder.syncs };
}

it("loses no line, whatever the disk kept", async () => {
  const { states, wrong } = await tryAll((disk) => disk);
  expect(wrong).toBeUndefined();
  expect(states).toBeGreaterThan(30);
});

it("loses no line when a sync fails and the next one does not", async () => {
  // the first one is that of what was refused
  for (let failing = 0, syncs = 1; failing < syncs; failing++) {
    const found = await tryAll((disk) => disk, failing);
    expect(found.wrong, `sync ${failing}`).toBeUndefined();
    if (THOROUGH) syncs = found.syncs;
  }
});

/** What was refused is written when the place has moved past it. */
const PLACE_FIRST = (disk: Disk): Disk => {
  const late: (() => Promise<void>)[] = [];
  return {
    ...disk,
    open: async (path, flags, mode) => {
      if (!path.includes("rejected")) return await disk.open(path, flags, mode);
      const file = await disk.open(path, flags, mode);
      return {
        writev: async (parts: Uint8Array[]) => {
          late.push(async () => {
            await writeAll(file, ...parts);
            await file.datasync();
            await file.close();
          });
          return { bytesWritten: parts.reduce((sum, { length }) => sum + length, 0), buffers: parts };
        },
        datasync: async () => {},
        close: async () => {},
      } as unknown as DiskFile;
    },
    rename: async (from, to) => {
      await disk.rename(from, to);
      for (const write of late.splice(0)) await write();
    },
  };
};

const MISTAKES = {
  ...DISK_MISTAKES,
  "moves its place before it has written what was refused": PLACE_FIRST,
  "takes a failed sync for a sync": takesAnyAnswer,
};

it.each(Object.entries(MISTAKES))("a shipper that %s is noticed", async (_, mutate) => {
  expect((await tryAll(mutate, 0)).wrong).toMatch(/the place is behind|not one of our cursors/);
});
