import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killCollect } from "../bench/collect/kill-collect.ts";
import { queryHistory } from "../core/history/history.ts";
import { silentLog } from "../core/log.ts";
import { openSqliteFile } from "../fixtures/content-cache/sqlite-file.ts";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../fixtures/engines.ts";
import { sharedData } from "../fixtures/shared-data.ts";
import { createCollector } from "./collector.ts";
import { collectorOptions } from "./options.ts";
import type { PassReport } from "./pass.ts";

const here = enginesAvailable();
if (!here) console.log(`skipped: ${NO_ENGINES}`);

const TAGS = { region: "North", site_code: "1234", site_name: "Hill School", school_type: "primary" };

/** The query of the pipeline larder takes over from, to the letter. */
const SEED_QUERY =
  'SELECT sum("bytes.fromcache.toclients") + sum("bytes.fromorigin.toclients") + sum("bytes.frompeers.toclients") AS TotalServed FROM "autogen"."bytestoclients" WHERE "site_code" = \'1234\' AND time > \'2017-02-14T00:00:00Z\' AND time < \'2017-02-16T00:00:00Z\' GROUP BY time(1d)';

/** Names the sample's column mode cut off. */
const CUT_NAMES: Readonly<Record<string, string>> = {
  "bytes.fromcache.toclien": "bytes.fromcache.toclients",
  "bytes.fromorigin.toclie": "bytes.fromorigin.toclients",
  "bytes.frompeers.toclien": "bytes.frompeers.toclients",
  "bytes.fromorigin.topeer": "bytes.fromorigin.topeers",
  "replies.fromcache.tocli": "replies.fromcache.toclients",
  "replies.fromorigin.tocl": "replies.fromorigin.toclients",
  "replies.frompeers.tocli": "replies.frompeers.toclients",
  "replies.fromcache.topee": "replies.fromcache.topeers",
  "replies.fromorigin.tope": "replies.fromorigin.topeers",
};

describe.skipIf(!here)("the main job on real engines", () => {
  let influx: InfluxEngine;
  let victoria: VictoriaEngine;
  let folder: string;
  beforeAll(async () => {
    [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
    folder = await mkdtemp(join(tmpdir(), "lmain-"));
  });
  afterAll(async () => {
    await Promise.all([influx?.stop(), victoria?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function collect(name: string, path: string): Promise<PassReport> {
    await influx.createDatabase(name);
    const options = collectorOptions.parse({
      tags: TAGS,
      sources: { metricsSqlite: { path }, metricsDb: { enabled: false } },
      sinks: [
        { name: "influx", type: "influx1", url: influx.url, database: name },
        { name: "victoria", type: "victoriametrics", url: victoria.url },
      ],
    });
    const settings = { ...options, server: "cache01", stateDir: join(folder, name), timezone: "UTC" };
    const collector = await createCollector({ settings, log: silentLog, signal: new AbortController().signal });
    try {
      return await collector.pass();
    } finally {
      await collector.close();
    }
  }

  async function writeRows(path: string, rows: readonly (readonly [number, number, string, number])[]): Promise<void> {
    const db = await openSqliteFile(path);
    db.run(
      "CREATE TABLE statsData (entryIndex INTEGER PRIMARY KEY, collectionDate INTEGER, expirationDate INTEGER, metricName TEXT, dataValue INTEGER)",
    );
    for (const [entry, date, name, value] of rows)
      db.run("INSERT INTO statsData VALUES (?, ?, ?, ?, ?)", [entry, date, date + 604_800, name, value]);
    db.save();
    db.close();
  }

  const sample = sharedData("metrics/schema/statsData-select-sample-seed.txt");
  it.skipIf(sample === undefined)(
    "answers the seed's query over the real sample rows (skipped where the sample is not there)",
    async () => {
      const rows = readFileSync(sample ?? "", "utf8")
        .split("\n")
        .flatMap((line) => {
          const found = /^(\d+)\s+(\d+)\s+\d+\s+(\S+)\s+(\d+)/.exec(line);
          const name = found?.[3] ?? "";
          return found === null
            ? []
            : [[Number(found[1]), Number(found[2]), CUT_NAMES[name] ?? name, Number(found[4])] as const];
        });
      expect(rows.length).toBe(20);
      const path = join(folder, "sample.sqlite");
      await writeRows(path, rows);
      const report = await collect("caching", path);
      expect(
        report.sinks.map(({ state, backlogBytes, rejectedLines }) => [state, backlogBytes, rejectedLines]),
      ).toEqual([
        ["ok", 0, 0],
        ["ok", 0, 0],
      ]);
      const [series] = await influx.query("caching", SEED_QUERY);
      expect(series?.columns).toContain("TotalServed");
      expect(series?.values.map(([, served]) => served)).toContain(907 + 227_064);
      const keys = await influx.query("caching", 'SHOW TAG KEYS FROM "bytestoclients"');
      expect(keys[0]?.values.flat()).toEqual(["region", "school_type", "server", "site_code", "site_name"]);
      await victoria.flush();
      const raw = await victoria.rawSeries('{__name__="bytestoclients_bytes.fromorigin.toclients"}');
      expect(raw[0]?.values).toEqual([227_064]);
      const [row] = await queryHistory(join(folder, "caching"), {
        measurement: "bytestoclients",
        fromMs: 0,
        toMs: 4e12,
        by: "all",
        timeZone: "UTC",
      });
      expect(row?.sums["bytes.fromorigin.toclients"]).toBe(227_064);
    },
  );

  it("keeps two batches of one second apart, also on the server", async () => {
    const path = join(folder, "same.sqlite");
    const date = 1_700_000_000;
    await writeRows(
      path,
      [1, 2, 3].map((n) => [n, date, "requests.fromclients", n * 10] as const),
    );
    await collect("same", path);
    expect(await influx.value("same", 'SELECT sum("requests.fromclients") FROM "requests"')).toBe(60);
    expect(await influx.value("same", 'SELECT count("requests.fromclients") FROM "requests"')).toBe(3);
  });

  const python = spawnSync("python3", ["--version"]).status === 0;
  it.skipIf(!python)(
    "loses and repeats nothing when it is killed at random moments of a back-fill",
    async () => {
      const result = await killCollect({ kills: 2, rows: 120_000, influx });
      expect(result.wrong).toEqual([]);
      expect(result.kills).toBe(2);
    },
    60_000,
  );
});
