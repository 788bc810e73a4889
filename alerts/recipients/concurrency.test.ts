import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqliteEngine } from "../../core/sqlite/sqlite.ts";
import { ENGINES } from "../../core/sqlite/testing/engines.ts";
import { loadAlertData } from "./store.ts";
import { bareDatabase, optionsFor, removeFolders } from "./testing/databases.ts";
import { bundleWorker, ended, startWorker } from "./testing/worker.ts";

/** `bench/alerts/two-writers.ts` adds 500 each, one by one. */
const COUNT = 60;
/** How many at a time; portable waits 15 ms after each change for the file to settle. */
const BATCH: Record<SqliteEngine, number> = { native: 5, portable: 20 };
/** `bench/alerts/kill.ts` does 200. */
const KILLS = 3;

let script = "";
beforeAll(async () => {
  script = await bundleWorker();
});
afterAll(async () => {
  await rm(script, { force: true });
  await removeFolders();
});

function describeProcesses(engine: SqliteEngine): void {
  const options = optionsFor(engine);

  describe(`processes at one database, ${engine} engine`, () => {
    it("loses none of the addresses that each of two processes adds at once", async () => {
      const path = await bareDatabase(engine);
      const task = { path, engine, count: COUNT, batch: BATCH[engine] };
      const workers = ["a", "b"].map((prefix) => startWorker(script, { ...task, prefix }));
      expect(await Promise.all(workers.map(ended))).toEqual([0, 0]);
      const { recipients, repairs, duplicates, book } = await loadAlertData(path, options);
      const expected = ["a", "b"].flatMap((prefix) =>
        Array.from({ length: COUNT }, (_, i) => `${prefix}${i}@example.org`),
      );
      expect(recipients.map(({ address }) => address).sort()).toEqual(expected.sort());
      expect(recipients.map(({ row }) => row)).toEqual(expected.map((_, i) => i + 1));
      expect({ repairs, duplicates, lastRow: book!.lastRow }).toEqual({
        repairs: [],
        duplicates: [],
        lastRow: 2 * COUNT,
      });
    }, 60_000);

    it("leaves the old list or the new one, and whole books, when it is killed at any moment", async () => {
      const path = await bareDatabase(engine);
      let there = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const worker = startWorker(script, { path, engine, prefix: `k${kill}-`, count: 500, batch: 5 });
        let told = 0;
        worker.stdout.on("data", (chunk: Buffer) => {
          for (const line of chunk.toString().trim().split("\n")) if (line !== "ready") told = Number(line);
          if (told >= 5) setTimeout(() => worker.kill("SIGKILL"), (kill * 7) % 40);
        });
        await ended(worker);
        expect(worker.signalCode).toBe("SIGKILL");
        const { recipients, repairs, duplicates } = await loadAlertData(path, options);
        const added = recipients.length - there;
        // the change that was at work when it died is there as a whole or not at all
        expect([told, told + 5, told + 10]).toContain(added);
        expect(recipients.map(({ row }) => row)).toEqual(recipients.map((_, i) => i + 1));
        expect({ repairs, duplicates }).toEqual({ repairs: [], duplicates: [] });
        there = recipients.length;
      }
      expect(there).toBeGreaterThan(KILLS);
    }, 60_000);
  });
}

for (const engine of ENGINES) describeProcesses(engine);
