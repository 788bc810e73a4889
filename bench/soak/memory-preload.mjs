/**
 * Loaded before a program (`node --import`): every few seconds it lets go of what nobody needs and writes down, in a file
 * named after the process, how many bytes are still held. With `LARDER_SOAK_LEAK` it holds on to so many bytes more each
 * second and opens a file, so that the soak can be seen to find that. SIGUSR2 has it write what it holds as a heap snapshot.
 */
import { openSync, renameSync, writeFileSync } from "node:fs";
import { setFlagsFromString, writeHeapSnapshot } from "node:v8";
import { runInNewContext } from "node:vm";

const folder = process.env.LARDER_SOAK_MEMORY;
const leak = Number(process.env.LARDER_SOAK_LEAK ?? 0);
const EVERY_MS = 15_000;
const held = [];

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
if (leak > 0) setInterval(() => held.push(Buffer.alloc(leak, 1), openSync(process.execPath, "r")), 1000).unref();
setInterval(() => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const path = `${folder}/${process.pid}`;
  writeFileSync(`${path}.new`, String(heapUsed + external));
  renameSync(`${path}.new`, path);
}, EVERY_MS).unref();
process.on("SIGUSR2", () => writeHeapSnapshot(`${folder}/${process.pid}.heapsnapshot`));
