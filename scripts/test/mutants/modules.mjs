/**
 * What is tried, and the tests that answer for it: the cheap ones, as each mutant runs those that reach it.
 *
 * @module
 */

/**
 * What each module is: the files that are changed, the tests, and parts of the titles of those among them that take too long.
 * @type {Record<string, { mutate: string[], tests: string[], leftOut?: string[] }>}
 */
export const MODULES = {
  bisect: {
    mutate: ["collector/ship/bisect.ts"],
    tests: ["collector/ship/bisect.test.ts"],
  },
  measures: {
    mutate: ["core/measures.ts", "core/thresholds.ts"],
    tests: ["core/measures.test.ts", "core/thresholds.test.ts"],
  },
  cursors: {
    mutate: [
      "core/journal/json-parts.ts",
      "collector/ship/cursor.ts",
      "collector/sources/metrics/row-cursor.ts",
      "collector/sources/cache-status/cursor.ts",
      "collector/sources/service-log/cursor.ts",
    ],
    tests: [
      "core/journal/json-parts.test.ts",
      "collector/ship/cursor.test.ts",
      "collector/sources/metrics/row-cursor.test.ts",
      "collector/sources/cache-status/cursor.test.ts",
      "collector/sources/service-log/cursor.test.ts",
    ],
  },
  rules: {
    mutate: ["alerts/rules/*.ts", "!alerts/rules/*.test.ts"],
    tests: ["alerts/rules/rules.test.ts"],
  },
  plan: {
    // what reads catalogues and asks servers lies in the other files of the folder
    mutate: ["asset-choice", "judge", "merge", "notes", "plan-warming", "selection", "waiting-devices"].map(
      (name) => `precache/plan/${name}.ts`,
    ),
    tests: ["asset-choice", "judge", "merge", "notes", "plan-warming", "selection", "waiting-devices"].map(
      (name) => `precache/plan/${name}.test.ts`,
    ),
  },
  placement: {
    mutate: [
      "collector/sources/metrics/placement.ts",
      "collector/sources/metrics/recognise.ts",
      "collector/sources/metrics/recall-placement.ts",
    ],
    tests: [
      "collector/sources/metrics/placement.test.ts",
      "collector/sources/metrics/recognise.test.ts",
      "collector/sources/metrics/recall-placement.test.ts",
    ],
  },
  journal: {
    mutate: ["commit", "losses", "name-set", "retention", "segment-names", "committed-end", "proven-time"].map(
      (name) => `core/journal/${name}.ts`,
    ),
    // not retention-clock.test.ts: months of passes that are flushed to disk, seconds for each mutant
    tests: ["commit", "losses", "name-set", "retention", "segment-names", "committed-end", "proven-time"].map(
      (name) => `core/journal/${name}.test.ts`,
    ),
  },
  "rollup-state": {
    mutate: ["rollup-state", "rollup-cursor", "restore-days"].map((name) => `collector/rollup/${name}.ts`),
    tests: ["rollup-state", "rollup-cursor", "restore-days"].map((name) => `collector/rollup/${name}.test.ts`),
  },
  writing: {
    mutate: ["journal", "tail", "last-commit"].map((name) => `core/journal/${name}.ts`),
    tests: ["journal", "failed-write", "tail"].map((name) => `core/journal/${name}.test.ts`),
  },
  reading: {
    mutate: ["reader", "whole-lines", "segment-scan", "mark-lines", "segment-maps"].map(
      (name) => `core/journal/${name}.ts`,
    ),
    // not damage.test.ts, which looks at every bit
    tests: ["reader", "journal", "segment-scan", "mark-lines", "segment-maps"].map(
      (name) => `core/journal/${name}.test.ts`,
    ),
  },
  packing: {
    mutate: ["pack-segments", "packed-content", "packed-parts", "gzip-members"].map(
      (name) => `core/journal/${name}.ts`,
    ),
    tests: ["pack-segments", "packed-content", "packed-parts", "gzip-members"].map(
      (name) => `core/journal/${name}.test.ts`,
    ),
    leftOut: ["whichever byte changes", "at whichever step", "damage to one member", "over many members"],
  },
};
