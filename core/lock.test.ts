import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireLock, waitForLock } from "./lock.ts";

let folder: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "llock-"));
  script = join(folder, "contend.mjs");
  const built = await build({
    stdin: {
      contents: `import { acquireLock } from "./lock.ts"; import { appendFileSync } from "node:fs";
        const [dir, file, rounds] = process.argv.slice(2);
        for (let i = 0; i < Number(rounds);) {
          try {
            const lock = await acquireLock(dir, "test");
            appendFileSync(file, "in\\n");
            await new Promise((r) => setTimeout(r, Math.random() * 3));
            appendFileSync(file, "out\\n");
            i++;
            if (i === Number(rounds) && process.pid % 2) process.kill(process.pid, "SIGKILL");
            await lock.release();
          } catch (error) { if (error.code !== "LOCKED" && error.code !== "LOCK_FAILED") throw error; }
        }`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  await writeFile(script, built.outputFiles[0]?.text ?? "");
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("acquireLock()", () => {
  it("names the owner's pid and age, and is free again after release", async () => {
    const dir = join(folder, "a");
    let now = 1000;
    const lock = await acquireLock(dir, "test run", () => now);
    now = 61_000;
    await expect(acquireLock(dir, "test run", () => now)).rejects.toThrow(
      new RegExp(`process ${process.pid} .* 1 min`),
    );
    await lock.release();
    await (await acquireLock(dir, "test run")).release();
  });

  it("is freed when its owner is killed", async () => {
    const dir = join(folder, "b");
    const child = spawn(process.execPath, [script, dir, join(folder, "b.log"), "1000000"], { stdio: "ignore" });
    // it takes and leaves the lock all the time: a slow machine sees any number but the first
    const isLater = (name: string): boolean => /^lock\.\d+$/.test(name) && name !== "lock.1";
    while (!(await readdir(dir).catch(() => [] as string[])).some(isLater)) await new Promise((r) => setTimeout(r, 5));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    await (await acquireLock(dir, "test")).release();
  });

  it("never lets two processes in at once, however they come and die", async () => {
    const dir = join(folder, "c");
    const log = join(folder, "c.log");
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, [script, dir, log, "15"], { stdio: "inherit" }),
    );
    await Promise.all(children.map((child) => new Promise((resolve) => child.once("exit", resolve))));
    const words = (await readFile(log, "utf8")).trim().split("\n");
    expect(words.length).toBe(6 * 15 * 2);
    expect(words).toEqual(words.map((_, i) => (i % 2 === 0 ? "in" : "out")));
  });

  it("refuses a path that is too long for the system, which would cut it off", async () => {
    await expect(acquireLock(join(folder, "a".repeat(110)), "test")).rejects.toMatchObject({
      code: "LOCK_FAILED",
      next: expect.stringContaining("at most 60 characters"),
    });
  });

  it.skipIf(!existsSync("/proc/self"))(
    "says what helps where a folder takes no lock (skipped without /proc)",
    async () => {
      await expect(acquireLock("/proc/self", "test")).rejects.toMatchObject({
        code: "LOCK_FAILED",
        next: expect.stringContaining("right to write"),
      });
    },
  );
});

describe("waitForLock()", () => {
  const wait = { signal: new AbortController().signal, pauseMs: 1 };

  it("takes the lock as soon as its owner has left it, and says once that it waits", async () => {
    const dir = join(folder, "d");
    const first = await acquireLock(dir, "pass");
    const said: string[] = [];
    let tries = 0;
    const take = async () => {
      if (++tries === 3) await first.release();
      return await acquireLock(dir, "collector");
    };
    const second = await waitForLock(take, { ...wait, onWait: ({ code }) => said.push(code) });
    expect([tries, said]).toEqual([3, ["LOCKED"]]);
    await expect(acquireLock(dir, "pass")).rejects.toMatchObject({ code: "LOCKED" });
    await second.release();
  });

  it("ends with LOCKED when its time is up or it is to stop, and with anything else at once", async () => {
    const dir = join(folder, "e");
    const lock = await acquireLock(dir, "pass");
    const take = async () => await acquireLock(dir, "collector");
    const onWait = () => undefined;
    await expect(waitForLock(take, { ...wait, onWait, forMs: 5 })).rejects.toMatchObject({ code: "LOCKED" });
    const stop = new AbortController();
    const stopped = { pauseMs: 600_000, signal: stop.signal, onWait: () => stop.abort() };
    await expect(waitForLock(take, stopped)).rejects.toMatchObject({ code: "LOCKED" });
    const broken = async () => await Promise.reject(new Error("no disk"));
    await expect(waitForLock(broken, { ...wait, onWait })).rejects.toThrow("no disk");
    await lock.release();
  });
});
