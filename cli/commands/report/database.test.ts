import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cacheRows, planFleet, writeMetricsDb, writeMetricsSqlite } from "../../../fixtures/fleet/index.ts";
import { larderInProcess } from "../../testing/in-process.ts";

const ZONE = "Europe/Berlin";
// both changes of the clock are near; a cache of 10.12 writes a row of each number every interval
const fromMs = Date.parse("2026-10-10T05:17:00Z");
const toMs = Date.parse("2026-11-05T12:30:00Z");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-report-database-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-20T08:00:00Z") }));
afterAll(() => void vi.useRealTimers());

describe.each([
  { file: "Metrics.db", seed: 5, write: writeMetricsDb, key: "metricsDb" },
  { file: "Metrics.sqlite", seed: 6, write: writeMetricsSqlite, key: "metricsSqlite" },
])("larder report --database $file", ({ file, seed, write, key }) => {
  let path: string;
  let config: string;

  beforeAll(async () => {
    const fleet = planFleet({ seed, caches: 1, regions: 1, fromMs, toMs, zone: ZONE, intervalSeconds: 3600 });
    const [cache] = fleet.caches;
    if (cache === undefined) throw new Error("a fleet of one has a cache");
    path = join(folder, file);
    await write(path, cacheRows(fleet, cache));
    config = join(folder, `${key}.json`);
    const sources = {
      metricsDb: { enabled: false },
      metricsSqlite: { enabled: false },
      managerStatus: { enabled: false },
    };
    writeFileSync(
      config,
      JSON.stringify({
        server: "c1",
        tags: { site_name: "Oak Road School" },
        timezone: ZONE,
        stateDir: join(folder, key),
        sources: { ...sources, [key]: { path } },
      }),
    );
    expect((await larderInProcess(["collect", "--once", "--config", config, "--json"])).code).toBe(0);
  });

  const report = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { out, err } = await larderInProcess(["report", "--config", config, "--json", ...words]);
    expect(err).toBe("");
    // a database knows nothing of the rest, and says so
    const { unknown: _, ...made } = JSON.parse(out) as Record<string, unknown>;
    return made;
  };

  it.each([
    [["--month", "2026-10", "--by", "day"]],
    [["--month", "2026-10", "--by", "week"]],
    [["--from", "2026-10-24T12:10", "--to", "2026-10-27T18:40", "--by", "hour"]],
    [["--period", "2026", "--by", "month", "--group-by", "server"]],
    [["--from", "2026-10-20", "--to", "2026-11-03", "--tag", "site_name=Elsewhere"]],
  ])("says what one from the journal says that has collected it: %j", async (words) => {
    const direct = await report(...words, "--database", path);
    expect(direct).toEqual(await report(...words));
    if (!words.includes("--tag")) expect(direct["total"]).toMatchObject({ served: expect.any(Number) });
  });

  it("is of all that the file holds by default, and leaves nothing beside it", async () => {
    expect(await report("--database", path)).toMatchObject({
      from: "2026-10-09T22:00:00.000Z",
      to: "2026-11-05T23:00:00.000Z",
    });
    expect(readdirSync(folder).filter((name) => name.startsWith(file))).toEqual([file]);
  });
});

it("needs no journal, and says what is wrong with another file", async () => {
  const { code, err } = await larderInProcess(["report", "--database", join(folder, "metricsDb.json")]);
  expect(code).toBe(1);
  expect(err).toContain("DB_NOT_A_DATABASE");
});
