/**
 * What is tried, and the tests that answer for it: the cheap ones, as each mutant runs those that reach it.
 *
 * @module
 */

/** @type {Record<string, { mutate: string[], tests: string[] }>} */
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
    mutate: ["precache/plan/*.ts", "!precache/plan/*.test.ts"],
    tests: [
      "precache/plan/inputs.test.ts",
      "precache/plan/make-plan.test.ts",
      "precache/plan/notes.test.ts",
      "precache/plan/plan-warming.test.ts",
      "precache/plan/selection.test.ts",
      "precache/plan/unread-titles.test.ts",
    ],
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
};
