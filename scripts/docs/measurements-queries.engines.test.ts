import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../fixtures/engines.ts";
import { measurementsPage } from "./generate-measurements.ts";
import { committedPage } from "./generated-page.ts";

const [influxql = "", metricsql = ""] = [...committedPage(measurementsPage).matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(
  (match) => match[1] ?? "",
);

if (!enginesAvailable()) console.log(`the queries of docs/measurements.md: ${NO_ENGINES}`);

/** Two caches of one site, an hour ago: 100 from the cache, 300 from Apple. */
function lines(): string {
  const at = Date.now() - 3_600_000;
  return ["a", "b"]
    .map(
      (server) =>
        `bytestoclients,region=North,server=${server},site_code=1234 bytes.fromcache.toclients=50i,bytes.fromorigin.toclients=150i,bytes.frompeers.toclients=0i,bytes.fromparents.toclients=0i ${at}\n`,
    )
    .join("");
}

describe.skipIf(!enginesAvailable())("the queries in docs/measurements.md", () => {
  let influx: InfluxEngine;
  let victoria: VictoriaEngine;

  beforeAll(async () => {
    [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
  });

  afterAll(async () => {
    await Promise.all([influx?.stop(), victoria?.stop()]);
  });

  it("TotalServed by day, in InfluxQL", async () => {
    await influx.createDatabase("docs");
    await influx.writeLines("docs", lines());
    const series = await influx.query("docs", influxql);
    expect(series.flatMap(({ values }) => values.map((row) => row[1]))).toEqual([400]);
  });

  it("the share that did not come from Apple, in MetricsQL", async () => {
    await fetch(`${victoria.url}/write?precision=ms`, { method: "POST", body: lines() });
    await victoria.flush();
    const series = await victoria.query(metricsql, Date.now());
    expect(series.map(({ metric, values }) => [metric, values[0]?.[1]])).toEqual([[{ region: "North" }, 0.25]]);
  });
});
