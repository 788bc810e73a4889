/**
 * Every crash point of small histories, and every content the disk may have after it: what was acknowledged is there,
 * once and in order, and the writer goes on from there.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Disk, DiskFile } from "../disk.ts";
import { crashStates, type FolderContent } from "../testing/crash-states.ts";
import { type RecordingDisk, recordingDisk } from "../testing/recording-disk.ts";
import { unsynced } from "../testing/unsynced-disk.ts";
import { checkJournal } from "./health.ts";
import { type Journal, openJournal, streamFolder } from "./journal.ts";
import { packSegments } from "./pack-segments.ts";
import { openReader } from "./reader.ts";
import { applyRetention } from "./retention.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lcrash-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

const SEGMENT_BYTES = 260;
const ROWS_PER_BATCH = 2;
/** Leaves about two segments. */
const RETENTION = {
  limits: { keepDays: 10_000, keepBytes: 2 * SEGMENT_BYTES },
  needed: undefined,
  clock: { nowMs: 0, provenMs: async () => 0 },
};

/** What a source does: the rows after those of the cursor. */
async function appendNext(journal: Journal): Promise<number> {
  const from = Number(journal.cursors["row"] ?? 0);
  const rows = Array.from({ length: ROWS_PER_BATCH }, (_, i) => from + 1 + i);
  const lines = rows.map((row) => `m v=${row}i ${1000 + row}\n`).join("");
  const span = { fromMs: 1001 + from, toMs: 1000 + from + ROWS_PER_BATCH };
  await journal.append({ lines, lineCount: rows.length, span, cursors: { row: from + ROWS_PER_BATCH } });
  return from + ROWS_PER_BATCH;
}

interface History {
  readonly disk: RecordingDisk;
  /** Steps taken when a row was acknowledged. */
  readonly acknowledged: readonly { readonly steps: number; readonly row: number }[];
  /** Whether row 1 is there at the end. */
  readonly keepsAll: boolean;
}

/** What a history does beside appending, before a batch. */
type Act =
  | "append"
  | "append, sync fails"
  | "append, folder fails"
  | "append, killed"
  | "pack"
  | "pack, folder fails"
  | "retain"
  | "open again";

async function play(acts: readonly Act[], mutate: (disk: Disk) => Disk): Promise<History> {
  const stateDir = await mkdtemp(join(root, "history-"));
  const folder = streamFolder(stateDir, "collector");
  await mkdir(folder, { recursive: true });
  const disk = await recordingDisk(folder);
  // of a program that is killed before it has synced a folder, the disk hears no more
  let killed = false;
  const unlessKilled = (step: (path: string) => Promise<void>) => async (path: string) => {
    if (killed) throw new Error("killed");
    await step(path);
  };
  const { syncFolder, remove, ...rest } = mutate(disk);
  const killable = { ...rest, syncFolder: unlessKilled(syncFolder), remove: unlessKilled(remove) };
  const options = { disk: killable, segmentBytes: SEGMENT_BYTES, nowMs: () => 0 };
  const acknowledged: { steps: number; row: number }[] = [];
  let journal = await openJournal(stateDir, "collector", options);
  for (const act of acts) {
    if (act === "pack, folder fails") {
      disk.failNextFolderSync();
      await packSegments(folder, { most: 9, disk: options.disk }).catch(() => undefined);
    } else if (act === "pack") await packSegments(folder, { most: 9, disk: options.disk });
    else if (act === "retain") await applyRetention(folder, { ...RETENTION, disk: options.disk });
    else if (act === "open again") {
      const leftAt = await journal.close();
      killed = false;
      journal = await openJournal(stateDir, "collector", { ...options, leftAt });
    } else {
      if (act === "append, sync fails") disk.failNextSync();
      if (act === "append, folder fails") disk.failNextFolderSync();
      if (act === "append, killed") killed = true;
      const row = await appendNext(journal).catch(() => undefined);
      if (row !== undefined) acknowledged.push({ steps: disk.steps.length, row });
    }
  }
  await journal.close();
  return { disk, acknowledged, keepsAll: !acts.includes("retain") };
}

/** What is wrong with the journal that a crash left; undefined when every promise holds. */
async function wrongWith(
  content: FolderContent,
  { acknowledged, keepsAll }: { readonly acknowledged: number; readonly keepsAll: boolean },
): Promise<string | undefined> {
  const stateDir = await mkdtemp(join(root, "state-"));
  const folder = streamFolder(stateDir, "collector");
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of content) await writeFile(join(folder, name), bytes);
    const before = await rowsIn(folder);
    const journal = await openJournal(stateDir, "collector", { segmentBytes: SEGMENT_BYTES, disk: unsynced });
    const cursor = Number(journal.cursors["row"] ?? 0);
    await appendNext(journal);
    await journal.close();
    const after = await rowsIn(folder);
    const [health] = await checkJournal(stateDir, { streams: ["collector"] });
    if (cursor < acknowledged) return `row ${acknowledged} was acknowledged, and the cursor is at ${cursor}`;
    if (!isRun(before, cursor)) return `a reader finds ${before.join()} and the cursor is at ${cursor}`;
    if (!isRun(after, cursor + ROWS_PER_BATCH)) return `after the next batch there are ${after.join()}`;
    if (keepsAll && after[0] !== 1) return `the first row is ${after[0]}`;
    if (health?.losses.length !== 0) return `health reports ${JSON.stringify(health?.losses)}`;
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await rm(stateDir, { recursive: true });
  }
}

/** Whether rows are each there once and in order up to one; retention takes from the beginning. */
function isRun(rows: readonly number[], last: number): boolean {
  return last === (rows.at(-1) ?? 0) && rows.every((row, i) => row === last - rows.length + 1 + i);
}

async function rowsIn(folder: string): Promise<number[]> {
  let text = "";
  for await (const chunk of openReader(folder, "collector").chunks(undefined)) text += chunk;
  return [...text.matchAll(/ v=(\d+)i/g)].map((found) => Number(found[1]));
}

/** What was found of a state, by all that decides it: histories begin alike, and so do many of their crashes. */
const verdicts = new Map<string, string | undefined>();

/** Tries every state after every step; the first thing that is wrong, and how many states there were. */
async function tryAll({
  disk,
  acknowledged,
  keepsAll,
}: History): Promise<{ states: number; wrong: string | undefined }> {
  const seen = new Set<string>();
  for (let taken = 0; taken <= disk.steps.length; taken++) {
    const row = acknowledged.findLast(({ steps }) => steps <= taken)?.row ?? 0;
    for (const content of crashStates(disk.before, disk.steps.slice(0, taken))) {
      const key = `${keepsAll} ${row} ${[...content].map(([name, bytes]) => `${name}:${bytes.toString("latin1")}`).join("|")}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!verdicts.has(key)) verdicts.set(key, await wrongWith(content, { acknowledged: row, keepsAll }));
      const wrong = verdicts.get(key);
      if (wrong !== undefined) return { states: seen.size, wrong: `after ${taken} steps: ${wrong}` };
    }
  }
  return { states: seen.size, wrong: undefined };
}

const HISTORIES: Readonly<Record<string, readonly Act[]>> = {
  "segments that follow each other": ["append", "append", "append", "append", "append"],
  "a sync that fails": ["append", "append, sync fails", "append", "append"],
  "a sync that fails in a new segment": ["append", "append", "append, sync fails", "append, sync fails", "append"],
  "packing between batches": ["append", "append", "append", "append", "pack", "append", "pack", "append"],
  "packing and retention": ["append", "append", "append", "append", "pack", "append", "retain", "append"],
  "a folder's sync that fails for a new segment": [
    "append",
    "append",
    "append, folder fails",
    "append, folder fails",
    "append",
    "append",
  ],
  "a folder's sync that fails, and another writer": [
    "append",
    "append",
    "append",
    "append, folder fails",
    "open again",
    "append",
    "append",
  ],
  "a writer that is killed before it has synced the folder of a new segment": [
    ...(["append", "append", "append", "append, killed", "open again", "append", "append"] as const),
  ],
  "a folder's sync that fails while packing": [
    "append",
    "append",
    "append",
    "append",
    "pack, folder fails",
    "append",
    "pack",
    "append",
  ],
  "a writer that starts again": [
    "append, sync fails",
    "append",
    "open again",
    "append, sync fails",
    "open again",
    "append",
  ],
};

describe("after a crash", () => {
  it.each(Object.entries(HISTORIES))(
    "%s: what was acknowledged is there, once, whatever the disk kept",
    async (_, acts) => {
      const { states, wrong } = await tryAll(await play(acts, (disk) => disk));
      expect(wrong).toBeUndefined();
      expect(states).toBeGreaterThan(30);
    },
  );
});

const withFile = (disk: Disk, change: (file: DiskFile) => object): Disk => ({
  ...disk,
  open: async (path, flags, mode) => {
    const file = await disk.open(path, flags, mode);
    return { ...file, ...change(file) } as DiskFile;
  },
});

/** Mistakes a writer could make, and the history that shows them. */
const MISTAKES: Readonly<Record<string, readonly [history: string, mutate: (disk: Disk) => Disk]>> = {
  "forgets to sync its files": [
    "segments that follow each other",
    (disk) => withFile(disk, () => ({ datasync: async () => {} })),
  ],
  "forgets to sync the folder of a new segment": [
    "segments that follow each other",
    (disk) => ({ ...disk, syncFolder: async () => {} }),
  ],
  "forgets to sync the folder of what it has renamed": [
    "packing between batches",
    (disk) => {
      let renamed = false;
      return {
        ...disk,
        rename: async (from, to) => {
          renamed = true;
          await disk.rename(from, to);
        },
        syncFolder: async (path) => {
          if (!renamed) await disk.syncFolder(path);
          renamed = false;
        },
      };
    },
  ],
  "takes a sync that failed for one that did not": [
    "a sync that fails",
    (disk) => withFile(disk, (file) => ({ datasync: async () => await file.datasync().catch(() => {}) })),
  ],
  "takes a folder's sync that failed for one that did not": [
    "a folder's sync that fails for a new segment",
    (disk) => ({ ...disk, syncFolder: async (path) => await disk.syncFolder(path).catch(() => {}) }),
  ],
  "goes on in a segment whose name may be lost": [
    "a folder's sync that fails for a new segment",
    (disk) => ({ ...disk, remove: async () => {} }),
  ],
  "packs on the word of a name that may be lost": [
    "a folder's sync that fails while packing",
    (disk) => ({ ...disk, remove: async (path) => (path.endsWith(".gz") ? undefined : await disk.remove(path)) }),
  ],
  "goes on behind what a failed sync left": [
    "a sync that fails",
    (disk) => withFile(disk, () => ({ truncate: async () => {} })),
  ],
  "syncs a batch when the next one comes": [
    "segments that follow each other",
    (disk) =>
      withFile(disk, (file) => ({
        writev: async (parts: readonly NodeJS.ArrayBufferView[]) => {
          await file.datasync();
          return await file.writev(parts);
        },
        datasync: async () => {},
      })),
  ],
  "removes a segment before the packed one is synced": [
    "packing between batches",
    (disk) => ({
      ...disk,
      open: async (path, flags, mode) => {
        const file = await disk.open(path, flags, mode);
        return path.endsWith(".tmp") ? ({ ...file, datasync: async () => {} } as DiskFile) : file;
      },
    }),
  ],
};

describe("the model notices a writer that", () => {
  it.each(Object.entries(MISTAKES))("%s", async (_, [history, mutate]) => {
    const { wrong } = await tryAll(await play(HISTORIES[history] ?? [], mutate));
    expect(wrong).toBeDefined();
  });
});

it("leaves nothing open", async () => {
  expect((await readdir(root)).filter((name) => name.startsWith("state-"))).toEqual([]);
});
