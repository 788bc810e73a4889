/**
 * Silences that people add by command: a small file of the state folder, which the daemon reads at each look. It is
 * written whole or not at all, one change at a time.
 *
 * @module
 */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { type Disk, realDisk } from "../../core/disk.ts";
import { errorCode, errorText, LarderError } from "../../core/errors.ts";
import { makeFolder, readIfThere, writeAtomically } from "../../core/files.ts";
import { acquireLock, type Lock } from "../../core/lock.ts";
import type { Silence } from "./silence.ts";

/** A silence of the file. */
export interface KeptSilence extends Silence {
  /** Short, for people to type. */
  readonly id: string;
  readonly added: string;
}

export type NewSilence = Omit<KeptSilence, "id" | "added">;

export interface SilenceChange {
  readonly stateDir: string;
  readonly nowMs: number;
  /** Say what would change, and change nothing. */
  readonly dryRun: boolean;
  readonly disk?: Disk;
}

/** Silences that are over are listed for so long, as somebody may ask why nobody was notified. */
const KEEP_OVER_MS = 90 * 86_400_000;
const MOST = 1000;
const MOST_BYTES = 1_000_000;
const LOCK_TRIES = 20;
const LOCK_WAIT_MS = 50;
/** Without letters and digits that look like others. */
const ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

const text = z.string().min(1).max(200);
const kept = z.object({
  id: text,
  added: z.iso.datetime({ offset: true }),
  rule: text.optional(),
  server: text.optional(),
  site: text.optional(),
  tags: z.record(z.string(), z.string()),
  until: z.iso.datetime({ offset: true }),
  who: text.optional(),
  why: text.optional(),
});
const file = z.object({ silences: z.array(kept).max(MOST) });

function fileOf(stateDir: string): string {
  return join(stateDir, "silences", "silences.json");
}

/**
 * Silences added by command, the newest last; those that ended long ago are left out.
 * @throws LarderError `SILENCES_READ` when the file is there and cannot be used
 */
export async function readSilences(stateDir: string): Promise<KeptSilence[]> {
  const path = fileOf(stateDir);
  let bytes: Buffer | undefined;
  try {
    bytes = await readIfThere(path);
  } catch (error) {
    throw unreadable(path, errorText(error), error);
  }
  if (bytes === undefined) return [];
  if (bytes.length > MOST_BYTES) throw unreadable(path, `it is larger than ${MOST_BYTES} bytes`);
  const parsed = file.safeParse(jsonOf(bytes));
  if (!parsed.success) throw unreadable(path, "it is not what larder wrote there");
  return parsed.data.silences;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function unreadable(path: string, why: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read the silences in "${path}": ${why}`, {
    code: "SILENCES_READ",
    state: "the file was left as it is; a running daemon goes on with the silences it read last",
    next: "move the file away, then add the silences again",
    cause,
  });
}

/**
 * A function that gives the silences as they are now. While the file cannot be used, the last ones that could hold.
 * @param onProblem hears of a file that cannot be used, once until it can be again
 */
export function keepSilencesCurrent(
  stateDir: string,
  onProblem: (problem: unknown) => void,
): () => Promise<readonly KeptSilence[]> {
  let last: readonly KeptSilence[] = [];
  let failing = false;
  return async () => {
    try {
      last = await readSilences(stateDir);
      failing = false;
    } catch (error) {
      if (!failing) onProblem(error);
      failing = true;
    }
    return last;
  };
}

/**
 * Adds a silence.
 * @throws LarderError `SILENCES_READ`, `SILENCES_WRITE`, `LOCKED`
 */
export async function addSilence(silence: NewSilence, change: SilenceChange): Promise<KeptSilence> {
  return await changeSilences(change, (before) => {
    if (before.length >= MOST) {
      throw new LarderError(`Cannot add a silence: there are ${MOST}, which is the most`, {
        code: "SILENCES_FULL",
        state: "nothing was changed",
        next: "remove some, or make one of a site or a tag that covers several",
      });
    }
    const added = { id: freshId(before), added: new Date(change.nowMs).toISOString(), ...silence };
    return { after: [...before, added], answer: added };
  });
}

/**
 * Ends a silence: what still fires is reported at the next look.
 * @throws LarderError `USAGE_SILENCE` where none has that id; else as `addSilence`
 */
export async function removeSilence(id: string, change: SilenceChange): Promise<KeptSilence> {
  return await changeSilences(change, (before) => {
    const found = before.find((each) => each.id === id);
    if (found === undefined) {
      throw new LarderError(`Cannot remove the silence "${id}": there is none with that id`, {
        code: "USAGE_SILENCE",
        next: "larder alerts silence list",
      });
    }
    return { after: before.filter((each) => each !== found), answer: found };
  });
}

async function changeSilences<Answer>(
  { stateDir, nowMs, dryRun, disk = realDisk }: SilenceChange,
  change: (before: readonly KeptSilence[]) => { readonly after: readonly KeptSilence[]; readonly answer: Answer },
): Promise<Answer> {
  const current = async (): Promise<KeptSilence[]> =>
    (await readSilences(stateDir)).filter(({ until }) => nowMs - Date.parse(until) < KEEP_OVER_MS);
  if (dryRun) return change(await current()).answer;
  const path = fileOf(stateDir);
  const lock = await lockOf(stateDir, path);
  try {
    const { after, answer } = change(await current());
    await writeAtomically(path, `${JSON.stringify({ silences: after }, undefined, 2)}\n`, { disk });
    return answer;
  } catch (error) {
    throw error instanceof LarderError ? error : unwritable(path, error);
  } finally {
    await lock.release();
  }
}

/** A change takes milliseconds: one that meets another waits for it. */
async function lockOf(stateDir: string, path: string): Promise<Lock> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(join(stateDir, "silences"));
      return await acquireLock(join(stateDir, "silences"), "change of silences");
    } catch (error) {
      if (errorCode(error) === "LOCKED" && tries < LOCK_TRIES) await sleep(LOCK_WAIT_MS);
      else throw error instanceof LarderError ? error : unwritable(path, error);
    }
  }
}

function unwritable(path: string, cause: unknown): LarderError {
  return new LarderError(`Cannot write the silences to "${path}": ${errorText(cause)}`, {
    code: "SILENCES_WRITE",
    state: "nothing was changed",
    next: "run it as the user of the daemon, with sudo, and see that its disk has room",
    cause,
  });
}

function freshId(taken: readonly KeptSilence[]): string {
  for (;;) {
    const id = Array.from({ length: 4 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("");
    if (!taken.some((each) => each.id === id)) return id;
  }
}
