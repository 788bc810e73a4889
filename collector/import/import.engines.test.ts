import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryHistory, readLines } from "../../core/history/history.ts";
import { openJournal, openReader, streamFolder } from "../../core/journal/journal.ts";
import { tagText } from "../../core/line/line.ts";
import { silentLog } from "../../core/log.ts";
import { enginesAvailable, type InfluxEngine, NO_ENGINES, startInflux } from "../../fixtures/engines.ts";
import { PIPELINE, pipelineLines, SITE } from "../../fixtures/logstash/logstash.ts";
import { collectorOptions } from "../options.ts";
import { openRollup } from "../rollup/rollup.ts";
import { createShipper } from "../ship/ship.ts";
import { sinksSchema } from "../sinks/options.ts";
import { createSink, destinationsOf } from "../sinks/sinks.ts";
import { checkSinks, type ImportOptions, importInflux } from "./import.ts";
import type { OverlapQuestion } from "./sink-overlap.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVERY = 30 * 60_000;
const NOW = Date.parse("2026-11-20T12:00:00Z");
const FROM = NOW - 6 * DAY;
const CACHE = "cache01";

const work = mkdtempSync(join(tmpdir(), "larder-import-"));
let influx: InfluxEngine;
const truth = pipelineLines({ fromMs: FROM, toMs: NOW, everyMs: EVERY });

beforeAll(async () => {
  if (!enginesAvailable()) return;
  influx = await startInflux();
  await influx.createDatabase("caching");
  await influx.writeLines("caching", truth.lines);
});
afterAll(async () => {
  await influx?.stop();
  rmSync(work, { recursive: true, force: true });
});

const newFolder = (): string => mkdtempSync(join(work, "s-"));

function options(stateDir: string, more: Partial<ImportOptions> = {}, database = "caching"): ImportOptions {
  return {
    stateDir,
    source: {
      queryUrl: `${influx.url}/query`,
      database,
      retentionPolicy: undefined,
      authorization: undefined,
      caFile: undefined,
      tags: {},
    },
    measurements: [],
    names: { own: { server: CACHE, tags: { building: "B" } } },
    keepDays: 400,
    dryRun: false,
    signal: new AbortController().signal,
    // the collector of the cache has long read what it could
    nowMs: () => NOW + 40 * DAY,
    ...more,
  };
}

/** Writes what a collector has read of the same database: times in milliseconds, one line for a measurement. */
async function collected(stateDir: string, spans: readonly (readonly [number, number])[]): Promise<void> {
  const journal = await openJournal(stateDir, "collector");
  for (const [fromMs, toMs] of spans) {
    const lines: string[] = [];
    for (const line of pipelineLines({ fromMs, toMs, everyMs: EVERY }).lines.split("\n")) {
      const [measurement = "", , field, time] = /^(\w+)((?:\\ |[^ ])*) (\S+) (\d+)$/.exec(line)?.slice(1) ?? [];
      lines.push(`${measurement}${tagText({ ...SITE, server: CACHE })} ${field} ${time}`);
    }
    await journal.append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span: { fromMs, toMs } });
  }
  await journal.close();
}

async function sumsOf(stateDir: string, by: "all" | "day" = "all"): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const measurement of Object.keys(PIPELINE)) {
    const query = { measurement, fromMs: FROM - DAY, toMs: NOW + DAY, by, timeZone: "UTC" } as const;
    for (const row of await queryHistory(stateDir, query)) {
      for (const [field, sum] of Object.entries(row.sums)) {
        const key = by === "all" ? field : `${row.startMs} ${field}`;
        sums[key] = (sums[key] ?? 0) + Number(sum);
      }
    }
  }
  return sums;
}

async function importedLines(stateDir: string): Promise<string[]> {
  const lines: string[] = [];
  for (const measurement of Object.keys(PIPELINE)) {
    for await (const line of readLines(stateDir, { measurement, fromMs: 0, toMs: NOW * 2, streams: ["imported"] })) {
      lines.push(line);
    }
  }
  return lines.sort();
}

describe.skipIf(!enginesAvailable())(`an InfluxDB that Logstash filled (${NO_ENGINES} where skipped)`, () => {
  it("comes into an empty journal with every sum, and only once", async () => {
    const stateDir = newFolder();
    const dry = await importInflux(options(stateDir, { dryRun: true }));
    expect(await importedLines(stateDir)).toEqual([]);
    const done = await importInflux(options(stateDir));
    expect({ ...done, seconds: 0 }).toEqual({ ...dry, dryRun: false, seconds: 0 });
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
    const points = (6 * DAY) / EVERY;
    expect(done).toMatchObject({
      asked: { fromMs: FROM, toMs: NOW - EVERY + 1 },
      points: points * 7,
      lines: points * 7,
      leftOutFields: [],
      problem: undefined,
      stopped: false,
      servers: [{ server: CACHE, lines: points * 7, leftOut: [] }],
    });
    expect((await importedLines(stateDir))[0]).toMatch(
      /^bytesdropped,building=B,region=North,school_type=Primary,server=cache01,site_code=1234,site_name=Hill\\ School bytes.dropped=\d+i \d+$/,
    );
    const again = await importInflux(options(stateDir));
    expect(again).toMatchObject({ points: 0, lines: 0, servers: [{ leftOut: [{ reason: "imported before" }] }] });
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
  });

  it("fills what the journal lacks, before it and in its gaps, and doubles nothing", async () => {
    const stateDir = newFolder();
    await collected(stateDir, [
      [FROM + 2 * DAY, FROM + 3 * DAY],
      [FROM + 5 * DAY, NOW],
    ]);
    const report = await importInflux(options(stateDir));
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
    const batches = (4 * DAY) / EVERY;
    expect(report.servers).toMatchObject([
      {
        taken: { points: batches * 7, fromMs: FROM, toMs: FROM + 5 * DAY - EVERY },
        leftOut: [{ reason: "the journal has them", points: (2 * DAY * 7) / EVERY, fromMs: FROM + 2 * DAY }],
      },
    ]);
  });

  it("leaves to the collector what that may still read, so that it does not come twice", async () => {
    const stateDir = newFolder();
    const nowMs = (): number => NOW + 29 * DAY;
    const first = await importInflux(options(stateDir, { nowMs }));
    // 31 days: what came after this may still be in the cache's database
    const lastMs = NOW - 2 * DAY;
    expect(first.servers).toMatchObject([
      { taken: { toMs: lastMs }, leftOut: [{ reason: "too new", fromMs: lastMs + EVERY }] },
    ]);
    await collected(stateDir, [[NOW - DAY, NOW]]);
    await importInflux(options(stateDir, { nowMs }));
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
    const other = { own: { server: "receiver", tags: {} }, server: CACHE };
    const minutes = await importInflux(options(newFolder(), { names: other, nowMs: () => NOW + 1, dryRun: true }));
    expect(minutes.servers).toMatchObject([{ taken: { toMs: NOW - 2 * EVERY }, leftOut: [{ reason: "too new" }] }]);
  });

  it("goes on where it was killed, whenever that was", async () => {
    const stateDir = newFolder();
    const copies: string[] = [];
    const onProgress = (): void => {
      const copy = newFolder();
      cpSync(join(stateDir, "journal"), join(copy, "journal"), {
        recursive: true,
        filter: (path) => !/lock\.\d+$|\/\.\d+/.test(path),
      });
      copies.push(copy);
    };
    await importInflux(options(stateDir, { onProgress }));
    const whole = await importedLines(stateDir);
    expect(copies.length).toBeGreaterThan(2);
    for (const [i, copy] of copies.entries()) {
      const report = await importInflux(options(copy));
      expect(await importedLines(copy)).toEqual(whole);
      if (i < copies.length - 1) expect(report.resumedMs).toBeGreaterThan(FROM);
      else expect(report).toMatchObject({ resumedMs: undefined, lines: 0 });
    }
  });

  it("ends after the span in hand when asked to, and says so", async () => {
    const stateDir = newFolder();
    const stop = new AbortController();
    const report = await importInflux(options(stateDir, { signal: stop.signal, onProgress: () => stop.abort() }));
    expect(report).toMatchObject({ stopped: true, resumedMs: undefined });
    expect(report.lines).toBe((DAY * 7) / EVERY);
    await importInflux(options(stateDir));
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
  });

  it("reads a busy database in shorter spans", async () => {
    const stateDir = newFolder();
    let most = 0;
    let last = 0;
    const onProgress = ({ pointsRead }: { readonly pointsRead: number }): void => {
      most = Math.max(most, pointsRead - last);
      last = pointsRead;
    };
    await importInflux(options(stateDir, { pace: { mostRows: 20 }, onProgress }));
    expect(most).toBeLessThanOrEqual(20 * 7);
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
  });

  it("has roll-ups count what comes late for closed days, a few buckets at a time", async () => {
    const stateDir = newFolder();
    await collected(stateDir, [[FROM + 5 * DAY, NOW]]);
    const journal = await openJournal(stateDir, "rollup");
    const rollup = openRollup({ stateDir, journal, timeZone: "UTC", nowMs: () => NOW, maxLate: 40 });
    await rollup.run();
    await importInflux(options(stateDir));
    const unread = await sumsOf(stateDir, "day");
    const report = await rollup.run();
    expect(report.late).toBeGreaterThan(40);
    expect(await sumsOf(stateDir, "day")).toEqual(unread);
    expect(await sumsOf(stateDir)).toEqual(truth.sums);
    expect((await rollup.run()).late).toBe(0);
    await journal.close();
  });

  it("names caches by a tag, and takes one of several", async () => {
    await influx.createDatabase("two");
    const other = { ...SITE, site_code: "99", site_name: "Lake" };
    const span = { fromMs: NOW - DAY, toMs: NOW, everyMs: HOUR };
    await influx.writeLines("two", `${pipelineLines(span).lines}\n${pipelineLines(span, other).lines}`);
    await expect(importInflux(options(newFolder(), {}, "two"))).rejects.toMatchObject({ code: "IMPORT_NAMES" });
    const named = options(newFolder(), { dryRun: true }, "two");
    const own = named.names.own;
    const both = await importInflux({ ...named, names: { own, serverTag: "site_code" } });
    expect(both.servers.map(({ server, lines }) => [server, lines])).toEqual([
      ["1234", 24 * 7],
      ["99", 24 * 7],
    ]);
    const one = await importInflux({ ...named, source: { ...named.source, tags: { site_name: "Lake" } } });
    expect(one.servers.map(({ server, lines }) => [server, lines])).toEqual([[CACHE, 24 * 7]]);
  });

  it("refuses to take the same points under two names", async () => {
    const stateDir = newFolder();
    const first = options(stateDir, { fromMs: NOW - DAY });
    await importInflux(first);
    const names = { own: first.names.own, server: "other" };
    await expect(importInflux({ ...first, names })).rejects.toMatchObject({ code: "IMPORT_TWICE" });
  });

  it("does not ship back to the database it came from, whatever that is called", async () => {
    await influx.createDatabase("elsewhere");
    const questions = (sinks: readonly object[]) => ({
      ...options(newFolder(), { fromMs: NOW - DAY, dryRun: true }),
      beforeWriting: async (question: OverlapQuestion) =>
        await checkSinks(destinationsOf(sinksSchema.parse(sinks)), question, { log: silentLog }),
    });
    const problemOf = async (...sinks: object[]) => (await importInflux(questions(sinks))).problem?.message;
    const here = { name: "here", type: "influx1", url: influx.url, database: "caching" };
    expect(await problemOf(here)).toContain('sink "here" is the database');
    expect(await problemOf({ ...here, url: influx.url.replace("127.0.0.1", "localhost") })).toContain('"here" is the');
    expect(
      await problemOf({ ...here, imported: false }, { ...here, name: "b", database: "elsewhere" }),
    ).toBeUndefined();
    expect(await problemOf({ ...here, database: "not yet" })).toBeUndefined();
    expect(await problemOf({ ...here, url: "http://127.0.0.1:1" })).toContain("Cannot tell whether");
    await expect(importInflux({ ...questions([here]), dryRun: false })).rejects.toMatchObject({ code: "IMPORT_SINK" });
  });

  it("ships like any other lines, but not where that is not wanted", async () => {
    const stateDir = newFolder();
    await importInflux(options(stateDir, { fromMs: NOW - DAY }));
    await influx.createDatabase("new");
    const sinks = [
      { name: "new", type: "influx1", url: influx.url, database: "new" },
      { name: "old", type: "influx1", url: influx.url, database: "elsewhere", imported: false },
    ];
    const settings = collectorOptions.parse({ sources: {}, sinks });
    for (const destination of destinationsOf(settings.sinks)) {
      const readers = destination.streams.map((stream) => openReader(streamFolder(stateDir, stream), stream));
      const sink = await createSink(destination, { log: silentLog, nowMs: () => NOW });
      const shipper = await createShipper({ sink, readers, stateDir, signal: new AbortController().signal });
      const { shippedLines } = await shipper.finish(Date.now() + 10_000);
      await shipper.close();
      expect([destination.name, shippedLines]).toEqual([
        destination.name,
        destination.name === "new" ? (7 * DAY) / EVERY : 0,
      ]);
    }
    expect(
      await influx.value("new", "SELECT count(\"requests.fromclients\") FROM requests WHERE server = 'cache01'"),
    ).toBe(DAY / EVERY);
  });

  it("reads values of every type a shard may have, and says what it cannot use", async () => {
    await influx.createDatabase("types");
    const field = "bytes.dropped";
    await influx.writeLines("types", `bytesdropped ${field}="17" ${NOW - 30 * DAY}`);
    await influx.writeLines("types", `bytesdropped ${field}=25 ${NOW - 20 * DAY}`);
    await influx.writeLines(
      "types",
      `bytesdropped ${field}=8i ${NOW - 10 * DAY}\nbytesdropped ${field}=-1i ${NOW - 9 * DAY}`,
    );
    await influx.writeLines("types", `bytesdropped ${field}=1i -1\nbytesdropped,path=x message="m" 5`);
    const stateDir = newFolder();
    const report = await importInflux(options(stateDir, {}, "types"));
    expect((await importedLines(stateDir)).map((line) => /=(\d+)i/.exec(line)?.[1])).toEqual(["17", "25", "8"]);
    expect(report).toMatchObject({
      older: true,
      leftOutFields: [{ measurement: "bytesdropped", fields: ["message"] }],
      servers: [{ leftOut: [{ reason: "negative", points: 1 }] }],
    });
  });

  it("says what has to be set first where the journal would forget it at once", async () => {
    const stateDir = newFolder();
    const dry = await importInflux(options(stateDir, { dryRun: true, keepDays: 5 }));
    expect(dry.problem).toMatchObject({ code: "IMPORT_KEEP_DAYS" });
    expect(dry.lines).toBeGreaterThan(0);
    await expect(importInflux(options(stateDir, { keepDays: 5 }))).rejects.toMatchObject({ code: "IMPORT_KEEP_DAYS" });
  });

  it("says that there is no such database, or nothing in it", async () => {
    await expect(importInflux(options(newFolder(), {}, "nothing"))).rejects.toMatchObject({
      code: "IMPORT_REFUSED",
      message: expect.stringContaining("database not found"),
    });
    await influx.createDatabase("empty");
    await expect(importInflux(options(newFolder(), {}, "empty"))).rejects.toMatchObject({ code: "IMPORT_EMPTY" });
  });
});
