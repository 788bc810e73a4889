import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Journal, openJournal } from "../../core/journal/journal.ts";
import { measurementSchema } from "../../core/schema.ts";
import { exposition, formatFor } from "./exposition.ts";
import { FAMILIES } from "./families.ts";
import { OpenMetrics } from "./open-metrics.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const MINUTE = 60_000;
let stateDir: string;
let journal: Journal;
let count = 0;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), "larder-metrics-"));
  journal = await openJournal(stateDir, "collector", {});
});
afterEach(async () => {
  await journal.close();
  rmSync(stateDir, { recursive: true, force: true });
});

async function append(...lines: readonly (readonly [text: string, timeMs: number])[]): Promise<void> {
  const times = lines.map(([, timeMs]) => timeMs);
  await journal.append({
    lines: lines.map(([text, timeMs]) => `${text} ${timeMs}\n`).join(""),
    lineCount: lines.length,
    span: { fromMs: Math.min(...times), toMs: Math.max(...times) },
    cursors: { n: ++count },
  });
}

/** Samples of a text, by name and labels. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

describe("OpenMetrics", () => {
  it("shows the newest reading of each cache, and counts from zero what comes from then on", async () => {
    await append(
      ['cachestatus,server=a,region=North active=true,used=5i,pressure=0.5,startup="OK"', NOW - 2 * MINUTE],
      ['cachestatus,server=a,region=North active=false,used=7i,pressure=0.25,startup="OK"', NOW - MINUTE],
      ["cachestatus,server=gone used=1i", NOW - 50 * 3_600_000],
      ["cachecontent,server=a,kind=Books bytes=3i", NOW - 2 * MINUTE],
      ["cachecontent,server=a,kind=Other bytes=4i", NOW - MINUTE],
      ["bytestoclients,server=a bytes.fromcache.toclients=100i,bytes.fromorigin.toclients=10i", NOW - MINUTE],
    );
    const metrics = new OpenMetrics(stateDir);
    const first = samplesOf(await metrics.text("text", NOW));
    expect(first.get('larder_cache_used_bytes{server="a",region="North"}')).toBe(7);
    expect(first.get('larder_cache_active{server="a",region="North"}')).toBe(0);
    expect(first.get('assetcache_cache_pressure_ratio{server="a",region="North"}')).toBe(0.25);
    expect(first.get('larder_cache_info{startup="OK",registration_error="",server="a",region="North"}')).toBe(1);
    expect([...first.keys()].filter((name) => /gone|Books/.test(name))).toEqual([]);
    expect(first.get('larder_served_bytes_total{source="cache",destination="clients",server="a"}')).toBe(0);
    expect(first.get('assetcache_interval_served_bytes{source="cache",server="a"}')).toBe(100);
    expect(first.get('larder_last_row_timestamp_seconds{server="a"}')).toBe((NOW - MINUTE) / 1000);

    await append(
      ["bytestoclients,server=a bytes.fromcache.toclients=40i,bytes.fromcache.topeers=2i", NOW],
      ["precacheasset,server=a,group=x,outcome=warmed bytes.asked=9i,bytes.fromorigin=8i", NOW],
      ["precacheasset,server=a,group=y,outcome=partial bytes.asked=1i,bytes.fromorigin=0i", NOW],
    );
    const [again, same] = await Promise.all([metrics.text("text", NOW), metrics.text("text", NOW)]);
    expect(same).toBe(again);
    const second = samplesOf(again);
    expect(second.get('larder_served_bytes_total{source="cache",destination="clients",server="a"}')).toBe(40);
    expect(second.get('assetcache_served_bytes_total{destination="peers",server="a"}')).toBe(2);
    expect(second.get('assetcache_metrics_interval_seconds{server="a"}')).toBe(60);
    expect(second.get('larder_warming_asked_bytes_total{server="a"}')).toBe(10);
    expect(samplesOf(await metrics.text("text", NOW)).get('larder_warming_asked_bytes_total{server="a"}')).toBe(10);
  });

  it("keeps an admin's tag that is called like a label of ours", async () => {
    await append(["bytestoclients,server=a,source=x bytes.fromcache.toclients=1i", NOW]);
    const found = samplesOf(await new OpenMetrics(stateDir).text("text", NOW));
    const labels = 'source="cache",destination="clients",server="a",tag_source="x"';
    expect(found.get(`larder_served_bytes_total{${labels}}`)).toBe(0);
  });
});

describe("the families", () => {
  it("ask for fields that are written, and have one name each, with its unit at the end", () => {
    for (const plan of FAMILIES) {
      const schema = measurementSchema(plan.measurement);
      const names =
        "fields" in plan ? plan.fields.map(({ field }) => field) : "texts" in plan ? Object.values(plan.texts) : [];
      const known = schema?.fields.map(({ name }) => name) ?? [];
      expect(
        names.filter((name) => !known.includes(name)),
        plan.name,
      ).toEqual([]);
      if (plan.unit !== undefined) expect(plan.name).toMatch(new RegExp(`_${plan.unit}$`));
    }
    expect(new Set(FAMILIES.map(({ name }) => name)).size).toBe(FAMILIES.length);
  });
});

describe("exposition()", () => {
  it("is OpenMetrics with its end for who asks for it, and the text format for others", () => {
    const family = {
      name: "x_bytes",
      type: "counter",
      unit: "bytes",
      help: "A \\ and\nmore.",
      samples: [{ labels: {}, value: 2 }],
    } as const;
    expect(exposition([family], formatFor("application/openmetrics-text; version=1.0.0"))).toBe(
      "# TYPE x_bytes counter\n# UNIT x_bytes bytes\n# HELP x_bytes A \\\\ and\\nmore.\nx_bytes_total 2\n# EOF\n",
    );
    expect(exposition([family, { ...family, samples: [] }], formatFor("*/*"))).toBe(
      "# HELP x_bytes_total A \\\\ and\\nmore.\n# TYPE x_bytes_total counter\nx_bytes_total 2\n",
    );
  });

  it("gives back any label, whatever is in it, under a name Prometheus takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (value, name) => {
        const text = exposition(
          [{ name: "x", type: "gauge", help: "x", samples: [{ labels: { [name]: value }, value: 1 }] }],
          "text",
        );
        const lines = text.split("\n");
        expect(lines).toHaveLength(4);
        const [, label = "", shown = ""] =
          /^x\{([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"\} 1$/.exec(lines[2] ?? "") ?? [];
        expect(label).not.toBe("");
        const read = shown.replaceAll(/\\(.)/g, (_, each: string) => (each === "n" ? "\n" : each));
        expect(read).toBe(value.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
      }),
      { numRuns: 60 },
    );
  });
});
