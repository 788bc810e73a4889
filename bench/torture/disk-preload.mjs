/**
 * Loaded before a program (`node --import`): whatever it writes, and its waiting for the disk, takes as long as
 * `slow-disk.ts` says, each time by chance up to so many milliseconds.
 */
import fs, { openSync, readSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const file = openSync(process.env.LARDER_WORLD_DISK, "r");
const most = new Float64Array(1);
const bytes = new Uint8Array(most.buffer);
const cell = new Int32Array(new SharedArrayBuffer(4));
const lag = () => {
  readSync(file, bytes, 0, 8, 0);
  return Math.random() * most[0];
};
const slow = (target, names) => {
  for (const name of names) {
    const real = target[name];
    target[name] = async function (...words) {
      const ms = lag();
      if (ms > 0) await sleep(ms);
      return await real.apply(this, words);
    };
  }
};
const slowSync = (names) => {
  for (const name of names) {
    const real = fs[name];
    fs[name] = (...words) => {
      const ms = lag();
      if (ms > 0) Atomics.wait(cell, 0, 0, ms);
      return real(...words);
    };
  }
};

const handle = await fs.promises.open(process.env.LARDER_WORLD_DISK);
slow(Object.getPrototypeOf(handle), ["write", "writev", "writeFile", "appendFile", "truncate", "datasync", "sync"]);
await handle.close();
slow(fs.promises, ["writeFile", "appendFile", "rename", "unlink", "mkdir"]);
slowSync(["writeSync", "writeFileSync", "fsyncSync", "fdatasyncSync", "renameSync"]);
syncBuiltinESMExports();
