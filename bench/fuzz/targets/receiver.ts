import { parseCacheSettings } from "../../../collector/receiver/declaration/cache-settings.ts";
import { parseReport, ReportFault } from "../../../collector/receiver/report.ts";
import { reportLines } from "../../../collector/receiver/report-lines.ts";
import { parseSites, sitesOf } from "../../../collector/receiver/sites/site-table.ts";
import { aReport, reportBody } from "../../../fixtures/reports/reports.ts";
import { json, ownFiles, sharedFiles, texts } from "../seeds.ts";
import type { Target } from "../target.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");

export const targets: readonly Target[] = [
  {
    name: "collector/report",
    seeds: () => [
      reportBody(),
      ...sharedFiles("metrics/openapi", "metrics_report.json"),
      ...json(aReport({ peers: [] })),
    ],
    words: ['"parents":[', '"cacheDetails":', "iCloud: 1.2 GB", '"reportDate":'],
    mayThrow: (error) => error instanceof ReportFault,
    run: (input) => {
      const report = parseReport(input);
      return reportLines(report, { tags: ",server=x", counters: true, host: true, heardMs: NOW });
    },
  },
  {
    name: "collector/cache-settings",
    seeds: () => [
      ...ownFiles("fixtures/doctor", "settings.json"),
      ...json({ result: { CacheLimit: 0, Parents: ["a"] } }),
    ],
    run: (input) => parseCacheSettings(input.toString("utf8"), "a file"),
  },
  {
    name: "collector/sites",
    seeds: () =>
      texts('hostname,serial,site_code,site_name\ncache01,C02X,1,North\n"cache 02";;2;x\n', "guid;site\nA-B;x\n"),
    words: ["server", "time", '"', ";", "hostname", "guid"],
    run: (input) => {
      const table = parseSites(input);
      return [table, sitesOf(table, { site: "none" })];
    },
  },
];
