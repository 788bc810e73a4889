/**
 * alertData.db and its backups after a crash at every point of a change, and of a restore where the file is gone: the old
 * list or the new one, and beside the new one a whole copy of the old.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Disk, realDisk } from "../../core/disk.ts";
import { errorCode } from "../../core/errors.ts";
import { readIfThere } from "../../core/files.ts";
import { DISK_MISTAKES, takesAnyAnswer, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { THOROUGH } from "../../core/testing/runs.ts";
import { ALERTS_DEFAULTS } from "../options.ts";
import { backupFolder, listBackupNames } from "./backup.ts";
import { initDatabase } from "./init.ts";
import { restoreBackup } from "./restore.ts";
import { changeRecipients, loadAlertData } from "./store.ts";

/** What SQLite itself writes is SQLite's. */
const PORTABLE = { ...ALERTS_DEFAULTS, engine: "portable", backups: 1 } as const;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lbackup-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

/** A database with one recipient and one backup, made before there were any. */
async function newDatabase(): Promise<{ readonly stateDir: string; readonly path: string }> {
  const stateDir = await mkdtemp(join(root, "state-"));
  await mkdir(join(stateDir, "db"));
  const path = join(stateDir, "db", "alertData.db");
  await initDatabase(path, { withoutMetadata: true }, PORTABLE);
  await add(path, "a@x.org");
  return { stateDir, path };
}

async function add(path: string, address: string, disk?: Disk): Promise<void> {
  await changeRecipients(path, { kind: "add", wanted: [{ address }] }, { ...PORTABLE, ...(disk && { disk }) });
}

const known = new Map<string, Promise<string>>();

/** Addresses in a database; `none` where there is no file. Most states have a content that others have. */
async function listIn(path: string): Promise<string> {
  const key = (await readIfThere(path))?.toString("latin1") ?? "no file";
  const list = known.get(key) ?? readList(path);
  known.set(key, list);
  return await list;
}

async function readList(path: string): Promise<string> {
  try {
    const { recipients } = await loadAlertData(path, PORTABLE);
    return recipients.map(({ address }) => address).join();
  } catch (error) {
    if (errorCode(error) === "DB_MISSING") return "none";
    throw error;
  }
}

/** @param failing number of the sync that says no; the change is then made once more */
async function tryChange(mutate: (disk: Disk) => Disk, failing?: number) {
  const { path } = await newDatabase();
  const recorder = await recordingDisk(join(path, ".."));
  if (failing !== undefined) recorder.failNextSync(failing);
  const disk = mutate(recorder);
  await add(path, "b@x.org", disk).catch(async () => await add(path, "b@x.org", disk));
  const done = recorder.steps.length;
  const promisedAt = (steps: number) => steps >= done;
  return await tryCrashPoints({ disk: recorder, folder: "db", promisedAt }, async ({ stateDir, promised }) => {
    const found = join(stateDir, "db", "alertData.db");
    const list = await listIn(found);
    if (list !== "a@x.org,b@x.org" && (promised || list !== "a@x.org")) return `the list is ${list}`;
    const names = listBackupNames(found);
    const copies = await Promise.all(names.map(async (name) => await listIn(join(backupFolder(found), name))));
    if (copies.length === 0) return "there is no backup";
    if (!copies.every((copy) => copy === "" || copy === "a@x.org")) return `a backup holds ${copies.join(" or ")}`;
    return list === "a@x.org" || copies.at(-1) === "a@x.org" ? undefined : "the newest backup is not of before";
  });
}

it("have the old list or the new one, and a whole copy of the old one beside it", async () => {
  const { states, wrong } = await tryChange((disk) => disk);
  expect(wrong).toBeUndefined();
  expect(states).toBeGreaterThan(20);
});

it("have them when the sync of the backup, or of the database, fails and the next one does not", async () => {
  for (const failing of THOROUGH ? [0, 1] : [0]) {
    expect((await tryChange((disk) => disk, failing)).wrong, `sync ${failing}`).toBeUndefined();
    expect((await tryChange(takesAnyAnswer, failing)).wrong, `sync ${failing}`).toBeDefined();
  }
});

it.each(Object.entries(DISK_MISTAKES))("a change that %s is noticed", async (_, mutate) => {
  expect((await tryChange(mutate)).wrong).toBeDefined();
});

it("no folder of copies is left that could not be made to last", async () => {
  const { path } = await newDatabase();
  await rm(backupFolder(path), { recursive: true });
  let failing = true;
  const syncFolder = async (folder: string): Promise<void> => {
    if (failing && folder === dirname(path)) throw Object.assign(new Error("input/output error"), { code: "EIO" });
    await realDisk.syncFolder(folder);
  };
  const disk = { ...realDisk, syncFolder };
  await expect(add(path, "b@x.org", disk)).rejects.toMatchObject({ code: "ALERTS_BACKUP" });
  expect([existsSync(backupFolder(path)), await listIn(path)]).toEqual([false, "a@x.org"]);
  failing = false;
  await add(path, "b@x.org", disk);
  expect([listBackupNames(path).length, await listIn(path)]).toEqual([1, "a@x.org,b@x.org"]);
});

/** What fails on a disk, by what is restored. */
interface Failing {
  readonly sync?: number;
  readonly folderSync?: number;
}

/**
 * Restores the backup of a list of one, over a list of two or where the database is gone; once more where that fails.
 * @param isThere whether the database is
 */
async function tryRestore(mutate: (disk: Disk) => Disk, isThere = false, failing: Failing = {}) {
  const { path } = await newDatabase();
  await add(path, "b@x.org");
  if (!isThere) await rm(path);
  const recorder = await recordingDisk(join(path, ".."));
  if (failing.sync !== undefined) recorder.failNextSync(failing.sync);
  if (failing.folderSync !== undefined) recorder.failNextFolderSync(failing.folderSync);
  const options = { ...PORTABLE, disk: mutate(recorder) };
  const [name] = listBackupNames(path);
  const restore = async () => await restoreBackup(path, name, { ...options, backups: 3 });
  await restore().catch(restore);
  const done = recorder.steps.length;
  const promisedAt = (steps: number) => steps >= done;
  const before = isThere ? "a@x.org,b@x.org" : "none";
  const found = await tryCrashPoints({ disk: recorder, folder: "db", promisedAt }, async ({ stateDir, promised }) => {
    const now = join(stateDir, "db", "alertData.db");
    const list = await listIn(now);
    if (list !== "a@x.org" && (promised || list !== before)) return `the list is ${list}`;
    const copies = await Promise.all(
      listBackupNames(now).map(async (each) => await listIn(join(backupFolder(now), each))),
    );
    if (!copies.includes("a@x.org")) return `the copy that was restored is gone: ${copies.join(" or ")}`;
    return list === "a@x.org" && isThere && !copies.includes(before) ? "there is no copy of before" : undefined;
  });
  return { ...found, syncs: recorder.syncs, folderSyncs: recorder.folderSyncs };
}

describe.each([
  ["where the file is gone", false],
  ["over a file that is there", true],
])("a restore %s", (_, isThere) => {
  it("leaves what was there or a whole copy, and beside it a copy of before", async () => {
    expect((await tryRestore((disk) => disk, isThere)).wrong).toBeUndefined();
  });

  it("leaves them when any sync fails and the next one does not", async () => {
    const { syncs, folderSyncs } = await tryRestore((disk) => disk, isThere);
    expect([syncs, folderSyncs].every((count) => count > 0)).toBe(true);
    // the last is that of the database
    for (let sync = THOROUGH ? 0 : syncs - 1; sync < syncs; sync++) {
      expect((await tryRestore((disk) => disk, isThere, { sync })).wrong, `sync ${sync}`).toBeUndefined();
      expect((await tryRestore(takesAnyAnswer, isThere, { sync })).wrong, `sync ${sync}`).toBeDefined();
    }
    for (let folderSync = 0; folderSync < folderSyncs; folderSync++)
      expect((await tryRestore((disk) => disk, isThere, { folderSync })).wrong, `${folderSync}`).toBeUndefined();
  });

  it.each(Object.entries(DISK_MISTAKES))("that %s is noticed", async (_mistake, mutate) => {
    expect((await tryRestore(mutate, isThere)).wrong).toBeDefined();
  });
});
