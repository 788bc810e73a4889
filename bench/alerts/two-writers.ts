/**
 * Two processes add 500 recipients each, one by one, to one database at once: none may be lost.
 *
 *     npx tsx bench/alerts/two-writers.ts [recipients per process, default 500]
 *
 * A thousand changes, each with its backup. Python's sqlite3 counts what is there.
 */
import { rm } from "node:fs/promises";
import { bareDatabase, removeFolders } from "../../alerts/recipients/testing/databases.ts";
import { query } from "../../alerts/recipients/testing/independent.ts";
import { bundleWorker, ended, startWorker } from "../../alerts/recipients/testing/worker.ts";
import type { SqliteEngine } from "../../core/sqlite/database.ts";
import { nativeAvailable } from "../../core/sqlite/open.ts";

const COUNT = Number(process.argv[2] ?? 500);

const script = await bundleWorker();
const engines: SqliteEngine[] = nativeAvailable() ? ["native", "portable"] : ["portable"];
for (const engine of engines) {
  const path = await bareDatabase(engine);
  const start = performance.now();
  const workers = ["a", "b"].map((prefix) => startWorker(script, { path, engine, prefix, count: COUNT, batch: 1 }));
  const codes = await Promise.all(workers.map(ended));
  const seconds = (performance.now() - start) / 1000;
  const sql =
    "SELECT count(DISTINCT ZADDRESS), max(Z_PK), (SELECT Z_MAX FROM Z_PRIMARYKEY WHERE Z_NAME = 'ADMailRecipient')";
  const [there, highest, lastRow] = query(path, `${sql} FROM ZADMAILRECIPIENT`)[0] ?? [];
  const right = codes.every((code) => code === 0) && [there, highest, lastRow].every((value) => value === 2 * COUNT);
  if (!right) process.exitCode = 1;
  console.log(
    `${engine} on Node ${process.versions.node}: ${String(there)} of ${2 * COUNT} there, highest row ${String(highest)}, ` +
      `Z_MAX ${String(lastRow)}, ${seconds.toFixed(1)} s${right ? "" : "  WRONG"}`,
  );
}
await rm(script, { force: true });
await removeFolders();
