/**
 * kill -9 at any moment of an add leaves the old list or the new one, and never a broken file.
 *
 *     npx tsx bench/alerts/kill.ts [kills per engine, default 200]
 *
 * One process adds five recipients at a time, as fast as it can; it is killed after a pause that moves through the length of
 * one change in even steps. After each kill Python's sqlite3 opens the file first, checks it and inserts as Core Data does, and
 * every list the process announced must be there.
 */
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { loadAlertData } from "../../alerts/recipients/store.ts";
import { bareDatabase, optionsFor, removeFolders } from "../../alerts/recipients/testing/databases.ts";
import { insertAsCoreData, query } from "../../alerts/recipients/testing/independent.ts";
import { bundleWorker, ended, startWorker } from "../../alerts/recipients/testing/worker.ts";
import type { SqliteEngine } from "../../core/sqlite/database.ts";
import { nativeAvailable } from "../../core/sqlite/open.ts";

const KILLS = Number(process.argv[2] ?? 200);
const BATCH = 5;
/** Longest pause after the first announced change, ms: a few changes long. */
const LONGEST_PAUSE_MS = 60;

const script = await bundleWorker();
const engines: SqliteEngine[] = nativeAvailable() ? ["native", "portable"] : ["portable"];
let failures = 0;
for (const engine of engines) failures += await killMany(engine);
await rm(script, { force: true });
await removeFolders();
process.exitCode = failures === 0 ? 0 : 1;

async function killMany(engine: SqliteEngine): Promise<number> {
  const path = await bareDatabase(engine);
  const count = { old: 0, new: 0, broken: 0, journals: 0, leftovers: 0 };
  let there = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const told = await addUntilKilled(engine, path, kill);
    const beside = readdirSync(dirname(path));
    count.journals += beside.filter((name) => name.endsWith("-journal")).length;
    count.leftovers += beside.filter((name) => name.endsWith(".tmp")).length;
    const verdict = await judge(engine, path, there, told);
    count[verdict] += 1;
    there = Number(query(path, "SELECT count(*) FROM ZADMAILRECIPIENT")[0]?.[0]);
    if (there > 2000) {
      query(path, "DELETE FROM ZADMAILRECIPIENT");
      there = 0;
    }
  }
  const { old, broken, journals, leftovers } = count;
  console.log(
    `${engine} on Node ${process.versions.node}: ${KILLS} kills, ${old} left the list before, ${count.new} the list after, ${broken} broken` +
      ` (${journals} left a journal to play back, ${leftovers} times a half-made file lay beside it)`,
  );
  return broken;
}

/** How many recipients the process had announced when it died. */
async function addUntilKilled(engine: SqliteEngine, path: string, kill: number): Promise<number> {
  const worker = startWorker(script, { path, engine, prefix: `k${kill}-`, count: 5000, batch: BATCH });
  let told = 0;
  let dying = false;
  worker.stdout.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split("\n")) if (line !== "ready") told = Number(line);
    if (told < BATCH || dying) return;
    dying = true;
    setTimeout(() => worker.kill("SIGKILL"), (kill * LONGEST_PAUSE_MS) / KILLS);
  });
  await ended(worker);
  if (worker.signalCode !== "SIGKILL")
    throw new Error(`the process ended before it was killed, with code ${worker.exitCode}`);
  return told;
}

async function judge(
  engine: SqliteEngine,
  path: string,
  there: number,
  told: number,
): Promise<"old" | "new" | "broken"> {
  try {
    const [check] = query(path, "PRAGMA integrity_check");
    const { recipients, repairs, duplicates } = await loadAlertData(path, optionsFor(engine));
    const added = recipients.length - there;
    const whole = check?.[0] === "ok" && repairs.length === 0 && duplicates.length === 0 && added % BATCH === 0;
    insertAsCoreData(path, `core-data-${recipients.length}-${told}@example.org`);
    if (!whole || added < told) throw new Error(`${check}: ${added} there, ${told} announced`);
    // the process may have died between the commit and its announcement
    return added === told ? "old" : "new";
  } catch (error) {
    console.error(`broken: ${String(error).trim().split("\n").at(-1)}`);
    return "broken";
  }
}
