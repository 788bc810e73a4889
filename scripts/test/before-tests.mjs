/**
 * Before any test: the built program is there and not older than its sources, because some tests run it, and there is a
 * temporary folder for all of them, which goes when they are done: files and locks in it.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function setup() {
  execFileSync(process.execPath, [new URL("../build/build.mjs", import.meta.url).pathname, "--if-stale"], {
    stdio: "inherit",
  });
  const folder = mkdtempSync(join(tmpdir(), "larder-tests-"));
  // some tests read as a user without rights
  chmodSync(folder, 0o755);
  process.env["TMPDIR"] = folder;
  // Node 20 reads such a file at every start of the hundreds here, which ask nobody but this machine
  delete process.env["NODE_EXTRA_CA_CERTS"];
  // the databases live for seconds: they need not be thrifty with memory, and collecting garbage takes a processor
  process.env["GOGC"] ??= "400";
  return () => rmSync(folder, { recursive: true, force: true });
}
