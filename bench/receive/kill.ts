/**
 * `kill -9` of a receiver under load, right after one of its answers, again and again: every report it acknowledged is in its
 * journal, and none counts twice.
 *
 * Run: npx tsx bench/receive/kill.ts [--kills 100]; npm test runs three.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killReceiver } from "../../fixtures/reports/kill-receiver.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "100" } } });
const program = join(import.meta.dirname, "../../dist/larder.js");
const folder = mkdtempSync(join(tmpdir(), "larder-bench-kill-"));
const done = await killReceiver({
  program,
  stateDir: folder,
  kills: Number(values.kills),
  caches: 16,
  mostAcknowledged: 97,
});
console.log(JSON.stringify(done));
rmSync(folder, { recursive: true, force: true });
if (done.lost + done.doubled > 0) process.exitCode = 1;
