/**
 * The order of test files: those that take long first, so that at the end no core waits for the other. vitest does so by
 * what it remembers of the last run, which a fresh clone has not.
 *
 * @module
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, longest first; the others follow as vitest orders them. */
export const LONGEST: readonly string[] = [
  "grafana/engines.test.ts",
  "report/live/live.test.ts",
  "cli/secrets.test.ts",
  "report/page/page.test.ts",
  "collector/sources/metrics/metrics-sqlite.test.ts",
  "alerts/recipients/store.test.ts",
  "cli/commands/collect/collect.test.ts",
  "bench/histories/histories.test.ts",
  "alerts/recipients/concurrency.test.ts",
  "collector/sources/changed-columns.test.ts",
  "core/sqlite/sqlite.test.ts",
  "collector/rollup/rollup.test.ts",
  "collector/collector.engines.test.ts",
  "cli/commands/grafana/grafana.test.ts",
  "scripts/build/build.test.ts",
  "scripts/check/deploy.test.ts",
  "precache/devices/mdm-sources.test.ts",
  "cli/commands/precache/precache.test.ts",
  "precache/catalogs/fetch-cache/fetch-cache.test.ts",
  "core/sqlite/portable/image.test.ts",
  "fixtures/fleet/fleet.test.ts",
  "collector/sources/cache-status/manager-status.test.ts",
  "collector/ship/ship.test.ts",
  "alerts/recipients/model.test.ts",
  "core/journal/pack-segments.test.ts",
  "core/journal/damage.test.ts",
  "collector/sinks/sinks.test.ts",
  "precache/warm/warm.test.ts",
  "precache/warm/warm-kill.test.ts",
  "collector/rollup/history-agrees.test.ts",
  "collector/ship/ship.engines.test.ts",
  "alerts/recipients/restore.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found < 0 ? LONGEST.length : found;
    };
    // a stable sort: what is not listed keeps the order that vitest gives it
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
