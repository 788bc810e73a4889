/**
 * Loaded before a program (`node --import`): its clock is that of the world, which `world-clock.ts` moves. Timers stay the
 * machine's, so that what waits for an answer waits as long as it would.
 */
import fs, { openSync, readSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { performance } from "node:perf_hooks";

const file = openSync(process.env.LARDER_WORLD_CLOCK, "r");
const offsets = new Float64Array(2);
const bytes = new Uint8Array(offsets.buffer);
const read = (which) => {
  readSync(file, bytes, 0, 16, 0);
  return offsets[which];
};

const RealDate = globalThis.Date;
const realNow = RealDate.now.bind(RealDate);
const now = () => Math.floor(realNow() + read(0));
globalThis.Date = new Proxy(RealDate, {
  construct: (target, words, made) => Reflect.construct(target, words.length === 0 ? [now()] : words, made),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
const realSteady = performance.now.bind(performance);
performance.now = () => realSteady() + read(1);

// a file that is put in its place whole has the time of the world too
const { rename, utimes } = fs.promises;
fs.promises.rename = async (from, to) => {
  await rename(from, to);
  await utimes(to, now() / 1000, now() / 1000).catch(() => undefined);
};
syncBuiltinESMExports();
