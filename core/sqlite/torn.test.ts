import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { ENGINES } from "./testing/engines.ts";
import { newFolder } from "./testing/folder.ts";
import { noOwner, startTornWriter } from "./testing/owner.ts";
import { readTorn } from "./testing/torn-check.ts";

// Longer, with busier writers: bench/sqlite/torn.ts
describe.skipIf(noOwner !== undefined)("beside a busy writer", () => {
  for (const engine of ENGINES) {
    for (const mode of ["delete", "wal"] as const) {
      for (const kind of ["small", "spill", "churn"] as const) {
        it(`${engine} never reads a torn or older state: ${mode}, ${kind}`, async () => {
          const folder = await newFolder();
          const path = join(folder, "busy.sqlite");
          const writer = await startTornWriter(path, mode, 40, kind);
          const count = await readTorn(path, engine, { states: runs(8), ms: 20_000 });
          await writer.stop();
          await rm(folder, { recursive: true });
          expect(count.wrong).toBe(0);
          expect(count.states).toBe(runs(8));
        });
      }
    }
  }
});
