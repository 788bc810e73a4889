/** The outbox in its journal after a crash at every point: each notice is sent, and each notifier repeats one at most. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Disk } from "../../core/disk.ts";
import { type Journal, openJournal, streamFolder } from "../../core/journal/journal.ts";
import { DISK_MISTAKES, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { unsynced } from "../../core/testing/unsynced-disk.ts";
import type { Notifier } from "../notify/notify.ts";
import { ALERTS_CURSOR, type Notice, parseStored, type Stored, storedJson } from "../state/state.ts";
import { type Box, type DeliverySetup, deliver } from "./outbox.ts";

const NOW = 1_000_000;
const NAMES = ["mail", "ntfy"];
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "loutbox-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

const notice = (id: string): Notice => ({
  // the report of a day rides the same box
  ...{
    id,
    kind: id === "2" ? "daily" : "firing",
    rule: "disk",
    incident: id,
    place: "x",
    level: "bad",
    atMs: NOW,
    alerts: [],
    remaining: 0,
  },
});
const BOX: Box = {
  notices: [notice("1"), notice("2")],
  outbox: ["1", "2"].flatMap((id) => NAMES.map((to) => ({ notice: id, to, firstMs: NOW, nextMs: NOW, tries: 0 }))),
  failing: {},
};

async function keep(journal: Journal, box: Box): Promise<void> {
  const stored: Stored = { series: "s", next: 3, lookMs: NOW, alerts: [], ...box } as never;
  await journal.append({ lines: "", lineCount: 0, span: undefined, cursors: { [ALERTS_CURSOR]: storedJson(stored) } });
}

/** Delivers what a box has; every sending is handed over before it is known to be one. */
async function send(journal: Journal, box: Box, onSend: (key: string) => void, commits: Commits): Promise<void> {
  const notifier = (name: string): Notifier => ({
    ...{ name, type: "test", place: "x" },
    send: async ({ id }) => {
      onSend(`${id} ${name}`);
      return "delivered";
    },
  });
  const setup: DeliverySetup = {
    ...{ names: NAMES, nowMs: () => NOW, random: () => 0, messageFor: () => ({}) as never },
    notifiers: NAMES.map(notifier),
    commit: async (now) => await commits(async () => await keep(journal, now)),
  };
  await deliver(box, setup);
}

interface Manner {
  readonly commits?: Commits;
  readonly failing?: boolean;
}
type Commits = (commit: () => Promise<void>) => Promise<void>;
const AT_ONCE: Commits = async (commit) => await commit();

/** @param failing whether the sync of the first delivery says no */
async function tryAll(mutate: (disk: Disk) => Disk, { commits = AT_ONCE, failing = false }: Manner = {}) {
  const stateDir = await mkdtemp(join(root, "state-"));
  const folder = streamFolder(stateDir, "alerts");
  await mkdir(folder, { recursive: true });
  const recorder = await recordingDisk(folder);
  const journal = await openJournal(stateDir, "alerts", { disk: mutate(recorder), nowMs: () => NOW });
  await keep(journal, BOX);
  const kept = recorder.steps.length;
  if (failing) recorder.failNextSync();
  const sent: { steps: number; key: string }[] = [];
  const onSend = (key: string) => sent.push({ steps: recorder.steps.length, key });
  await send(journal, BOX, onSend, commits).catch(async () => {
    await send(journal, parseStored(journal.cursors[ALERTS_CURSOR]) as never, onSend, commits);
  });
  await journal.close();
  const promisedAt = (taken: number) => ({
    isKept: taken >= kept,
    before: sent.filter(({ steps }) => steps <= taken).map(({ key }) => key),
  });
  return await tryCrashPoints({ disk: recorder, folder: "journal/alerts", promisedAt }, async (point) => {
    const { isKept, before } = point.promised;
    const again = await openJournal(point.stateDir, "alerts", { disk: unsynced, nowMs: () => NOW });
    const stored = parseStored(again.cursors[ALERTS_CURSOR]);
    const after: string[] = [];
    if (stored !== undefined) await send(again, stored as never, (key) => after.push(key), AT_ONCE);
    await again.close();
    if (!isKept) return undefined;
    const all = [...before, ...after];
    const missing = BOX.outbox.filter(({ notice: id, to }) => !all.includes(`${id} ${to}`));
    if (missing.length > 0) return `${missing.length} notices are not sent`;
    const repeats = NAMES.map((name) => all.filter((key) => key.endsWith(name)).length - BOX.notices.length);
    return repeats.every((count) => count <= (failing ? 2 : 1)) ? undefined : `repeats ${repeats.join(" and ")}`;
  });
}

it("sends every notice, and repeats one of each notifier at most", async () => {
  const { states, wrong } = await tryAll((disk) => disk);
  expect(wrong).toBeUndefined();
  expect(states).toBeGreaterThan(20);
});

it("sends every notice, and repeats one more, when a sync fails and the next one does not", async () => {
  expect((await tryAll((disk) => disk, { failing: true })).wrong).toBeUndefined();
});

it.each(Object.entries(DISK_MISTAKES))("a writer that %s is noticed", async (_, mutate) => {
  expect((await tryAll(mutate)).wrong).toBeDefined();
});

it("an outbox that does not keep what it delivered is noticed", async () => {
  expect((await tryAll((disk) => disk, { commits: async () => {} })).wrong).toMatch(/repeats/);
});
