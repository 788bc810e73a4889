import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../../fixtures/engines.ts";
import { writeFleetJournal } from "../../../fixtures/fleet/fleet-journal.ts";
import { planFleet, SERVED_FIELDS, Truth } from "../../../fixtures/fleet/index.ts";
import { larderInProcess } from "../../testing/in-process.ts";

const ZONE = "Europe/Berlin";
const fromMs = Date.parse("2026-10-19T22:00:00Z");
const toMs = Date.parse("2026-11-03T12:00:00Z");

describe.skipIf(!enginesAvailable())(`a report from a server (else: ${NO_ENGINES})`, () => {
  let folder: string;
  let config: string;
  let influx: InfluxEngine;
  let victoria: VictoriaEngine;
  let truth: Truth;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "larder-report-sink-"));
    config = join(folder, "larder.json");
    [influx, victoria] = await Promise.all([startInflux({ auth: true }), startVictoria()]);
    await influx.createDatabase("cc");
    await influx.query("", 'CREATE RETENTION POLICY "days" ON "cc" DURATION INF REPLICATION 1');
    const fleet = planFleet({ seed: 11, caches: 5, regions: 2, fromMs, toMs, zone: ZONE, intervalSeconds: 1800 });
    truth = new Truth(fleet);
    const stateDir = join(folder, "state");
    await writeFleetJournal(stateDir, fleet, truth, { statusEverySeconds: 3600, selfEverySeconds: 0 });
    const none = { enabled: false };
    const login = { username: "admin", password: "admin secret" };
    writeFileSync(
      config,
      JSON.stringify({
        server: fleet.caches[0]?.tags["server"],
        timezone: ZONE,
        stateDir,
        sources: { metricsDb: none, metricsSqlite: none, managerStatus: none },
        sinks: [
          {
            name: "main",
            type: "influx1",
            url: influx.url,
            database: "cc",
            rollup: { retentionPolicy: "days" },
            ...login,
          },
          { name: "vm", type: "victoriametrics", url: victoria.url },
        ],
      }),
      { mode: 0o600 },
    );
    const shipped = await larderInProcess(["collect", "--once", "--config", config, "--json"]);
    expect(shipped).toMatchObject({ code: 0 });
    await victoria.flush();
    vi.useFakeTimers({ toFake: ["Date"], now: toMs });
  });
  afterAll(async () => {
    vi.useRealTimers();
    await Promise.all([influx?.stop(), victoria?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const report = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { out, err } = await larderInProcess(["report", "--config", config, "--json", ...words]);
    expect(err).toBe("");
    return JSON.parse(out) as Record<string, unknown>;
  };

  it.each([
    [["--from", "2026-10-20", "--to", "2026-10-30", "--by", "day"]],
    [["--period", "this month", "--by", "hour"]],
    [["--from", "2026-10-21T09:20", "--to", "2026-11-02T17:45", "--by", "week", "--group-by", "region"]],
    [["--period", "2026", "--by", "month", "--tag", "region=North", "--group-by", "server"]],
    [["--month", "2026-10", "--tag", 'site_name=O\'Brien "&" {School}']],
  ])("says what the journal says: %j", async (words) => {
    const journal = await report(...words);
    expect(await report(...words, "--from-sink", "main")).toEqual(journal);
    // words are what VictoriaMetrics does not keep
    const numbers = { ...journal, troubles: [], unknown: ["troubles"] };
    expect(await report(...words, "--from-sink", "vm")).toEqual(numbers);
  });

  it("counts all of it, what is held and what happened too", async () => {
    const { total, kinds, troubles } = await report("--period", "2026", "--from-sink", "main");
    expect(total).toMatchObject({ served: truth.sum(SERVED_FIELDS) });
    expect(kinds).toContainEqual({ kind: "iOS Software", bytes: expect.any(Number) });
    expect(troubles).not.toEqual([]);
  });

  it.each([
    ["nobody", [], 'Cannot report from sink "nobody": there are main, vm'],
    ["main", ["--database", "Metrics.db"], "give --database or --from-sink"],
  ])("refuses what it cannot do: %s %j", async (name, more, words) => {
    const { code, err } = await larderInProcess(["report", "--config", config, "--from-sink", name, ...more]);
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });
});
