import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Journal, openJournal } from "../../core/journal/journal.ts";
import { fieldSchema } from "../../core/schema.ts";
import { runs } from "../../core/testing/runs.ts";
import { PROMTOOL } from "../../fixtures/engines.ts";
import { writeFleetJournal } from "../../fixtures/fleet/fleet-journal.ts";
import { planFleet, Truth } from "../../fixtures/fleet/index.ts";
import type { Pipe } from "../health/health.ts";
import type { AlertNow } from "./alert-families.ts";
import { COUNTED, PASS, STATUS } from "./cache-families.ts";
import { labelsOf } from "./family.ts";
import { type Exposition, openExposition } from "./open-metrics.ts";
import { formOf, metricsText, type TextForm } from "./text.ts";

const ZONE = "Europe/Berlin";
const NOW = Date.parse("2026-10-03T12:00:00Z");
const MONTH = Date.parse("2026-09-30T22:00:00Z");
const NEXT_MONTH = Date.parse("2026-10-31T23:00:00Z");

const pipe: Pipe = {
  nowMs: NOW,
  readsStatus: true,
  cache: undefined,
  lastRowMs: undefined,
  pass: undefined,
  sinks: [
    {
      name: "main",
      place: "http://db",
      movedMs: NOW - 1500,
      backlogBytes: 7,
      lostBytes: 0,
      rejectBytes: 3,
      rejectPath: "/r",
      problem: { stopped: true, code: "SINK_DENIED", message: "no", next: null },
      expiredLines: 0,
    },
  ],
  journal: { streams: [], freeBytes: 5e9, setAside: { path: "/s", bytes: 0 } },
  events: [],
  warming: undefined,
  findings: [
    { id: "low-space", level: "warn", said: "s", next: "n" },
    { id: "sink-stopped", level: "bad", said: "s", next: "n" },
  ],
  worst: "bad",
};

const OPEN = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

/** Samples by name and labels, in the order written. */
function samplesOf(body: string): Map<string, string> {
  const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), line.slice(line.lastIndexOf(" ") + 1)]);
  const found = new Map(samples as [string, string][]);
  expect(found.size, "no sample twice").toBe(lines.length);
  return found;
}

describe("the metrics of a fleet", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "larder-open-metrics-"));
  const fleet = planFleet({
    ...{ seed: 5, caches: 3, regions: 1, fromMs: NOW - 6 * 86_400_000, toMs: NOW, zone: ZONE },
    ...{ intervalSeconds: 300, incidentsPerMonth: 0 },
  });
  const truth = new Truth(fleet);
  const [first] = fleet.caches;
  const server = first?.server ?? "";
  const tags = `,server=${server},region=North`;
  let journal: Journal;
  let nowMs = NOW;
  let metrics: Exposition;
  const scrape = async (accept?: string) => samplesOf((await metrics.scrape(accept)).body);
  const of = (found: Map<string, string>, name: string, ...parts: string[]): number[] =>
    [...found].flatMap(([key, value]) =>
      key.startsWith(`${name}{`) && [`server="${server}"`, ...parts].every((part) => key.includes(part))
        ? [Number(value)]
        : [],
    );
  const append = async (...lines: string[]) => {
    const text = lines.map((line) => `${line}\n`).join("");
    await journal.append({ lines: text, lineCount: lines.length, span: { fromMs: MONTH, toMs: nowMs } });
  };

  beforeAll(async () => {
    await writeFleetJournal(stateDir, fleet, truth, { selfEverySeconds: 3600 });
    journal = await openJournal(stateDir, "collector");
    metrics = openExposition({ stateDir, timeZone: ZONE, readPipe: async () => pipe, now: () => nowMs });
  });
  afterAll(async () => {
    await journal.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it("counts what each cache sent since the month began, under both names", async () => {
    const found = await scrape();
    for (const { server: name } of fleet.caches) {
      const sent = [...found].filter(
        ([key]) => key.startsWith("larder_cache_sent_bytes_total{") && key.includes(`server="${name}"`),
      );
      const toClients = sent.filter(([key]) => key.includes('destination="clients"'));
      const total = toClients.reduce((sum, [, value]) => sum + Number(value), 0);
      const fields = ["cache", "origin", "peers", "parents"].map((from) => `bytes.from${from}.toclients`);
      expect(total).toBe(truth.sum(fields, { server: name }, MONTH));
      expect(total).toBeGreaterThan(0);
      const [theirs] = [...found].filter(
        ([key]) =>
          key.startsWith("assetcache_served_bytes_total{") &&
          key.includes(`server="${name}"`) &&
          key.includes('destination="clients"'),
      );
      expect(Number(theirs?.[1])).toBe(total);
    }
  });

  it("shows each alert that fires, and says nothing where nobody looks for any", async () => {
    const base = { stateDir, timeZone: ZONE, readPipe: async () => pipe, now: () => nowMs };
    const shown = async (alerts: readonly AlertNow[] | undefined): Promise<string[]> => {
      const { body } = await openExposition({ ...base, readAlerts: async () => alerts }).scrape(undefined);
      return body.split("\n").filter((line) => line.startsWith("larder_alert"));
    };
    const alert = { server: "c1", level: "bad", part: "" } as const;
    const peer = { server: "c2", level: "warn", rule: "neighbour", part: "10.0.0.9" } as const;
    expect(await shown([{ ...alert, rule: "pressure" }, peer])).toEqual([
      'larder_alerts{level="bad"} 1',
      'larder_alerts{level="warn"} 1',
      'larder_alert_firing{server="c1",rule="pressure",level="bad"} 1',
      'larder_alert_firing{server="c2",rule="neighbour",level="warn",subject="10.0.0.9"} 1',
    ]);
    expect(await shown([])).toEqual(['larder_alerts{level="bad"} 0', 'larder_alerts{level="warn"} 0']);
    expect(await shown(undefined)).toEqual([]);
  });

  it("shows the newest status with the admin's tags, and the pipe without", async () => {
    const found = await scrape();
    expect(of(found, "larder_cache_active", 'region="')).toEqual([1]);
    expect(of(found, "larder_cache_used_bytes")[0]).toBeGreaterThan(0);
    expect(of(found, "larder_cache_content_bytes", 'kind="iOS Software"')).toHaveLength(1);
    expect(of(found, "assetcache_cache_used_bytes")).toEqual(of(found, "larder_cache_allocated_bytes"));
    expect(
      of(found, "assetcache_status_info", 'cache_status="OK",startup_status="OK",registration_status="1"'),
    ).toEqual([1]);
    // rows come a little early and late
    expect(Math.abs((of(found, "assetcache_metrics_interval_seconds")[0] ?? 0) - 300)).toBeLessThan(5);
    expect(of(found, "larder_collector_up")).toHaveLength(1);
    expect(found.get('larder_sink_backlog_bytes{sink="main"}')).toBe("7");
    expect(found.get('larder_sink_stopped{sink="main"}')).toBe("1");
    expect(found.get('larder_findings{level="bad"}')).toBe("1");
    expect(found.get('larder_finding{id="low-space",level="warn"}')).toBe("1");
    expect(found.get('larder_sink_last_shipped_timestamp_seconds{sink="main"}')).toBe(String((NOW - 1500) / 1000));
  });

  it("speaks OpenMetrics to those who ask for it", async () => {
    const { type, body } = await metrics.scrape(OPEN);
    expect(type).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    expect(body).toMatch(/# TYPE larder_cache_sent_bytes counter\n# UNIT larder_cache_sent_bytes bytes\n/);
    expect(body).toContain(`larder_cache_sent_bytes_created{server="${server}"`);
    expect(body).toContain("# TYPE larder_build info\nlarder_build_info{");
    expect(body.endsWith("\n# EOF\n")).toBe(true);
    const plain = await metrics.scrape(undefined);
    expect(plain.type).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(plain.body).not.toContain("_created");
    expect(plain.body).not.toContain("# EOF");
    // names of families are in one place each
    const heads = body.split("\n").filter((line) => line.startsWith("# TYPE "));
    expect(new Set(heads.map((line) => line.split(" ")[2])).size).toBe(heads.length);
  });

  it("takes each new line once, however many ask at the same time", async () => {
    const before = of(await scrape(), "larder_cache_sent_bytes_total", 'source="cache",destination="clients"')[0] ?? 0;
    await append(
      `bytestoclients${tags} bytes.fromcache.toclients=1000i ${NOW + 60_000}`,
      `cacheclients${tags},family=iPad,os=iOS\\ 26 requests=2i,bytes=30i ${NOW + 60_000}`,
      `cacheclients${tags},family=iPad,os=iOS\\ 26 requests=1i ${NOW + 61_000}`,
    );
    nowMs = NOW + 61_000;
    await Promise.all([scrape(), scrape(OPEN), scrape()]);
    const found = await scrape();
    expect(of(found, "larder_cache_sent_bytes_total", 'source="cache",destination="clients"')).toEqual([before + 1000]);
    expect(of(found, "assetcache_interval_served_bytes", 'source="cache"')).toEqual([1000]);
    expect(of(found, "assetcache_metrics_last_timestamp_seconds")).toEqual([(NOW + 60_000) / 1000]);
    expect(of(found, "larder_cache_client_requests_total", 'family="iPad",os="iOS 26"')).toEqual([3]);
    expect(of(found, "larder_cache_client_bytes_total", 'family="iPad",os="iOS 26"')).toEqual([30]);
    // the newest line says what its tags are
    expect(of(found, "larder_cache_active", 'region="North"')).toEqual([1]);
  });

  it("says the same when it is started again", async () => {
    const again = openExposition({ stateDir, timeZone: ZONE, readPipe: async () => pipe, now: () => nowMs });
    const counters = (found: Map<string, string>) => [...found].filter(([key]) => key.includes("_total{"));
    expect(counters(samplesOf((await again.scrape(undefined)).body))).toEqual(counters(await scrape()));
  });

  it("counts nothing twice after a look that failed halfway", async () => {
    const other = mkdtempSync(join(tmpdir(), "larder-open-metrics-halfway-"));
    const [collector, receiver] = [await openJournal(other, "collector"), await openJournal(other, "receiver")];
    const line = (name: string, bytes: number) => ({
      lines: `bytesdropped,server=${name} bytes.dropped=${bytes}i ${NOW}\n`,
      lineCount: 1,
      span: { fromMs: NOW, toMs: NOW },
    });
    await receiver.append(line("r", 1));
    const own = openExposition({ stateDir: other, timeZone: ZONE, readPipe: async () => pipe, now: () => NOW });
    const dropped = async () => {
      const found = samplesOf((await own.scrape(undefined)).body);
      return ["c", "r"].map((name) => found.get(`larder_cache_dropped_bytes_total{server="${name}"}`));
    };
    expect(await dropped()).toEqual([undefined, "1"]);
    await collector.append(line("c", 5));
    // a folder where a segment should be cannot be read
    const folder = join(other, "journal/receiver");
    const [segment = ""] = readdirSync(folder).filter((name) => name.endsWith(".lp"));
    renameSync(join(folder, segment), join(other, "aside"));
    mkdirSync(join(folder, segment));
    await expect(dropped()).rejects.toMatchObject({ code: "JOURNAL_READ" });
    rmSync(join(folder, segment), { recursive: true });
    renameSync(join(other, "aside"), join(folder, segment));
    expect(await dropped()).toEqual(["5", "1"]);
    await collector.close();
    await receiver.close();
    rmSync(other, { recursive: true });
  });

  it("says nothing of the state of a cache that fell silent, and when that was", async () => {
    nowMs = NOW + 2 * 3_600_000;
    const found = await scrape();
    expect(of(found, "larder_cache_used_bytes")).toEqual([]);
    expect(of(found, "assetcache_cache_used_bytes")).toEqual([]);
    expect(of(found, "assetcache_status_up")).toEqual([0]);
    expect(of(found, "larder_cache_status_timestamp_seconds")[0]).toBeLessThanOrEqual(NOW / 1000);
    expect(of(found, "larder_collector_up")).toEqual([0]);
  });

  it("begins to count again with the month", async () => {
    nowMs = NEXT_MONTH + 60_000;
    await append(`bytestoclients${tags} bytes.fromcache.toclients=5i ${NEXT_MONTH + 1000}`);
    const found = await scrape();
    expect(of(found, "larder_cache_sent_bytes_total", 'source="cache",destination="clients"')).toEqual([5]);
    expect(of(found, "assetcache_totals_start_timestamp_seconds")).toEqual([NEXT_MONTH / 1000]);
  });

  it.skipIf(!existsSync(PROMTOOL))("passes promtool check metrics (skipped where Debian's is not there)", async () => {
    nowMs = NOW + 120_000;
    const { body } = await metrics.scrape(undefined);
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], { input: body, encoding: "utf8" });
    expect(`${stdout}${stderr}`).toBe("");
    expect(status).toBe(0);
  });
});

describe("the tables", () => {
  it("name fields that are written", () => {
    const named = [
      ...STATUS.map(([field]) => ["cachestatus", field] as const),
      ...PASS.map(([field]) => ["larder", field] as const),
      // nothing flows from peers to peers
      ...COUNTED.filter(({ field }) => !field.endsWith("frompeers.topeers")).map(
        ({ measurement, field }) => [measurement, field] as const,
      ),
    ];
    expect(named.filter(([measurement, field]) => fieldSchema(measurement, field) === undefined)).toEqual([]);
  });
});

describe("labelsOf()", () => {
  it("makes names that Prometheus takes of any tags, and none twice", () => {
    expect(labelsOf({ "a.b": "1", "a-b": "2", server: "s", job: "j", "9x": "n", __x: "u" })).toEqual({
      server: "s",
      tag_9x: "n",
      tag___x: "u",
      a_b: "2",
      a_b_: "1",
      tag_job: "j",
    });
  });
});

/** All but the line end, which is escaped. */
const CONTROLS = /[^\P{Cc}\n]|\p{Surrogate}/gu;

describe("metricsText()", () => {
  it("escapes whatever a label holds, so that it is read back and ends nothing", () => {
    const check = (value: string, form: TextForm): void => {
      const samples = [{ labels: { v: value }, value: 1 }];
      const lines = metricsText([{ name: "x", type: "gauge", help: `a "b" \\ \n`, samples }], form).split("\n");
      const [, inside = ""] = /^x\{v="((?:[^"\\]|\\[\\"n])*)"\} 1$/.exec(lines[2] ?? "") ?? [];
      const back = inside.replaceAll(/\\(.)/g, (_all, char: string) => (char === "n" ? "\n" : char));
      expect([lines.length, back]).toEqual([form === "openmetrics" ? 5 : 4, value.replaceAll(CONTROLS, "\ufffd")]);
    };
    const property = fc.property(
      fc.string({ unit: "binary-ascii" }),
      fc.constantFrom<TextForm>("openmetrics", "prometheus"),
      check,
    );
    void fc.assert(property, { numRuns: runs(40) });
    for (const value of ['"} 2\n# EOF\n', "\\", "\\n", "\n\n", "</script><b>", "\u202e", "\ud800x", "=cmd()"])
      check(value, "openmetrics");
  });

  it.each([
    [undefined, "prometheus"],
    ["*/*", "prometheus"],
    ["text/plain", "prometheus"],
    ["application/openmetrics-text", "openmetrics"],
    ["application/openmetrics-text;q=0.1,text/plain;q=0.2", "prometheus"],
    ["application/openmetrics-text; version=1.0.0; q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "openmetrics"],
    ["application/openmetrics-text;q=0", "prometheus"],
  ])("answers Accept %s with %s", (accept, form) => {
    expect(formOf(accept)).toBe(form);
  });
});
