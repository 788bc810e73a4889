/**
 * Keeps a Mac awake while a run works.
 *
 * @module
 */
import { spawn } from "node:child_process";

/**
 * Starts `caffeinate`, which ends with this process: the Mac and its disks do not go to sleep meanwhile. Where it is not
 * there, on Linux say, nothing happens.
 * @param program for a test
 */
export function stayAwake(program = "/usr/bin/caffeinate"): void {
  const child = spawn(program, ["-i", "-m", "-s", "-w", String(process.pid)], { stdio: "ignore" });
  child.on("error", () => undefined);
  child.unref();
}
