/**
 * One run at a time, freed by the kernel when its owner dies.
 *
 * Node has no flock, so the lock is a listening Unix socket: a process that can connect to it knows that its owner lives, and
 * a process that dies, however it dies, stops listening. Locks are numbered, `lock.<n>`: the highest number decides. To
 * take over from a dead owner one hard-links a socket that is already listening under the next number, which only one
 * process can do. The highest number is never removed, so that no late-comer can build on a number already passed.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { link, readdir, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, errorText, LarderError } from "./errors.ts";
import { makeFolder } from "./files.ts";
import { ageText } from "./words/amounts.ts";
import { fullDiskAccessStep } from "./words/system-errors.ts";

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  /** Unix milliseconds. */
  readonly since: number;
}

export interface Lock {
  release(): Promise<void>;
}

const LOCK_NAME = /^lock\.(\d+)$/;
const ATTEMPTS = 20;
/** Bytes of a socket's path that the system takes. */
const MAX_SOCKET_PATH = process.platform === "darwin" ? 103 : 107;

/**
 * Takes the lock of a folder (created if missing).
 * @param what for the message: `collector`, `warming run`.
 * @throws LarderError `LOCKED` when another live process has it, with its pid and age; `LOCK_FAILED` otherwise.
 */
export async function acquireLock(folder: string, what: string, nowMs: () => number = Date.now): Promise<Lock> {
  await makeFolder(folder);
  const own = join(folder, `.${process.pid}.${randomBytes(3).toString("hex")}`);
  // the system's limit for the name of a socket; a longer one would be cut off without a word
  if (Buffer.byteLength(own) > MAX_SOCKET_PATH) throw failedError(own, "its path is too long", undefined);
  const server = await listen(own, { pid: process.pid, since: nowMs() });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const highest = await highestNumber(folder);
      if (highest !== undefined) {
        const owner = await askOwner(join(folder, `lock.${highest}`));
        if (owner !== undefined) throw heldError(folder, what, owner, nowMs());
      }
      const mine = (highest ?? 0) + 1;
      if (!(await linkOnce(own, join(folder, `lock.${mine}`)))) continue;
      if ((await highestNumber(folder)) !== mine) {
        await rm(join(folder, `lock.${mine}`), { force: true });
        continue;
      }
      await removeBelow(folder, mine);
      return { release: () => close(server) };
    }
    throw new LarderError(`Cannot lock "${folder}": other processes keep taking and leaving it`, {
      code: "LOCK_FAILED",
      retryable: true,
    });
  } catch (error) {
    await close(server);
    throw error;
  }
}

/** How a program waits for a lock. */
export interface LockWait {
  /** Ends the wait, as does the time. */
  readonly signal: AbortSignal;
  /** Called once, before the wait begins. */
  onWait(held: LarderError): void;
  /** Default a minute: a pass of another program takes no longer. */
  readonly forMs?: number;
  readonly pauseMs?: number;
}

const WAIT_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Takes a lock that others take and leave again, for a program that is started to stay.
 * @throws LarderError `LOCKED` when it was held all the time; what `take` throws else, at once
 */
export async function waitForLock<T>(take: () => Promise<T>, wait: LockWait): Promise<T> {
  const { signal, onWait, forMs = WAIT_MS, pauseMs = PAUSE_MS } = wait;
  const untilMs = performance.now() + forMs;
  for (let waiting = false; ; waiting = true) {
    try {
      return await take();
    } catch (error) {
      if (!(error instanceof LarderError) || error.code !== "LOCKED") throw error;
      if (signal.aborted || performance.now() >= untilMs) throw error;
      if (!waiting) onWait(error);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function heldError(folder: string, what: string, owner: LockOwner, now: number): LarderError {
  const age = ageText(now - owner.since);
  return new LarderError(
    `Cannot start the ${what} in "${folder}": process ${owner.pid} has been running it for ${age}, and one runs at a time`,
    {
      code: "LOCKED",
      state: "nothing was changed",
      next: `wait for process ${owner.pid}, or stop it`,
      retryable: true,
    },
  );
}

/** What helps: who may not write, or has no room, is not helped by a shorter path. */
function nextStep(error: unknown): string {
  const code = errorCode(error) ?? "";
  if (code === "EPERM") return fullDiskAccessStep();
  if (["EACCES", "EROFS"].includes(code)) return "give this user the right to write there, or choose another stateDir";
  if (["ENOSPC", "EDQUOT"].includes(code)) return "make room on that disk";
  return "choose a stateDir with a path of at most 60 characters on a local disk";
}

function failedError(path: string, why: string, cause: unknown): LarderError {
  return new LarderError(`Cannot lock "${path}": ${why}`, {
    code: "LOCK_FAILED",
    state: "nothing was changed",
    next: nextStep(cause),
    cause,
  });
}

async function listen(path: string, owner: LockOwner): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(JSON.stringify(owner));
  });
  return await new Promise((resolve, reject) => {
    server.once("error", (error) => reject(failedError(path, errorText(error), error)));
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Closing also removes the name the server was bound to; the numbered name stays, and is dead from then on. */
async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

async function highestNumber(folder: string): Promise<number | undefined> {
  const numbers = await lockNumbers(folder);
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

async function lockNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const found = LOCK_NAME.exec(name)?.[1];
    return found === undefined ? [] : [Number(found)];
  });
}

/** Asks the owner of a lock who it is; undefined when nobody listens. A live owner that stays silent counts as live. */
async function askOwner(path: string): Promise<LockOwner | undefined> {
  return await new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(path);
    const unknown: LockOwner = { pid: 0, since: Date.now() };
    socket.setTimeout(1000, () => {
      socket.destroy();
      resolve(unknown);
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
    });
    socket.on("end", () => resolve(parseOwner(text) ?? unknown));
    socket.on("error", (error) => {
      const code = errorCode(error);
      if (code === "ECONNREFUSED" || code === "ENOENT" || code === "ENOTSOCK") resolve(undefined);
      else if (code === "EAGAIN" || code === "ECONNRESET") resolve(unknown);
      else reject(error);
    });
  });
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as { pid?: unknown; since?: unknown };
    return typeof value.pid === "number" && typeof value.since === "number"
      ? { pid: value.pid, since: value.since }
      : undefined;
  } catch {
    return undefined;
  }
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function removeBelow(folder: string, mine: number): Promise<void> {
  for (const number of await lockNumbers(folder)) {
    if (number < mine) await rm(join(folder, `lock.${number}`), { force: true });
  }
}
