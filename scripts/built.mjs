/**
 * Before any test: the built program is there and not older than its sources, because some tests run it.
 */
import { execFileSync } from "node:child_process";

export function setup() {
  execFileSync(process.execPath, [new URL("build.mjs", import.meta.url).pathname, "--if-stale"], { stdio: "inherit" });
}
