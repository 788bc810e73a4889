/**
 * Correct while a writer writes? Counts reads that saw what no commit left, beside writers of several kinds. A zero is
 * "none seen", not a proof. Needs python3.
 *
 *     npx tsx bench/sqlite/torn.ts [seconds per case, default 8]
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nativeAvailable } from "../../core/sqlite/open.ts";
import { newFolder } from "../../core/sqlite/testing/folder.ts";
import { startTornWriter } from "../../core/sqlite/testing/owner.ts";
import { readTorn } from "../../core/sqlite/testing/torn-check.ts";

const seconds = Number(process.argv[2] ?? 8);
let wrong = 0;
for (const engine of nativeAvailable() ? (["portable", "native"] as const) : (["portable"] as const)) {
  for (const mode of ["delete", "wal"] as const) {
    for (const [pauseMs, kind] of [
      [250, "small"],
      [20, "small"],
      [20, "churn"],
      [5, "small"],
      [5, "spill"],
      [0, "small"],
    ] as const) {
      const folder = await newFolder();
      const writer = await startTornWriter(join(folder, "busy.sqlite"), mode, pauseMs, kind);
      const count = await readTorn(join(folder, "busy.sqlite"), engine, { ms: seconds * 1000 });
      const transactions = await writer.stop();
      await rm(folder, { recursive: true });
      wrong += count.wrong;
      const what = `${mode}, every ${pauseMs} ms${kind === "small" ? "" : `, ${kind}`}`.padEnd(28);
      const { reads, refused, states } = count;
      console.log(
        `${engine.padEnd(9)} ${what} wrong ${count.wrong} of ${reads} reads, refused ${refused}, states ${states}, transactions ${transactions}`,
      );
    }
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
