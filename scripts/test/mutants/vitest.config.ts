import { defineConfig } from "vitest/config";

/** For `npm run mutants` alone: the tests of one module, in one worker, without the built program. */
export default defineConfig({
  test: {
    include: (process.env["LARDER_MUTANT_TESTS"] ?? "").split("\n"),
    setupFiles: "scripts/test/mutants/fixed-seed.ts",
    testTimeout: 20_000,
    pool: "threads",
    maxWorkers: 1,
  },
});
