import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/test/longest-first.ts";

export default defineConfig({
  test: {
    include: ["{core,collector,precache,alerts,grafana,report,cli,fixtures,bench,scripts}/**/*.test.ts"],
    globalSetup: "scripts/test/before-tests.mjs",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // more than the two cores of a small machine: many tests wait for a process, a server or a disk
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    pool: "forks",
    // a file leaves nothing behind that another could see; modules are loaded once a worker, not once a file
    isolate: false,
  },
});
