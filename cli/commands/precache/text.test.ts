import { describe, expect, it } from "vitest";
import type { Plan, WarmReport, WarmSummary } from "../../../precache/index.ts";
import { discoveryText } from "./discover.ts";
import { optionsOfFlags, secretWarnings } from "./flags.ts";
import { planCsv, planJson, planTable, planTotalsText } from "./plan-text.ts";
import { reportText } from "./report.ts";
import { failuresText, summaryTable } from "./summary-text.ts";

const asset = {
  url: "https://updates.cdn-apple.com/1.zip",
  group: "iPad" as const,
  title: '=HYPERLINK("x"), iPadOS 26.1 for iPad6,8 from 23A341 and some more that makes it long',
  sizeBytes: 4_500_000_000,
  digest: undefined,
  version: "26.1",
  build: "23B85",
  models: ["iPad6,8", "iPad6,7"],
  fromBuilds: ["23A341"],
  firmware: false,
  beta: false,
  postedMs: undefined,
  catalogs: ["pallas"],
};
const plan: Plan = {
  items: [
    { asset, devices: 120, why: "own delta", decision: "warm" },
    { asset: { ...asset, sizeBytes: undefined }, devices: 0, why: "group iPad", decision: "warm" },
    { asset, devices: 3, why: "X-Apple-Cached-Ranges", decision: "cached" },
    { asset, devices: 0, why: "beyond the budget", decision: "left" },
  ],
};

describe("planTable()", () => {
  it("fits 80 columns and shows what is fetched and what is there, or all", () => {
    for (const all of [false, true]) {
      const lines = planTable(plan, all, 80).split("\n");
      expect(lines).toHaveLength(all ? 6 : 5);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
    }
    expect(planTable({ items: [] }, false, 80)).toBe("Nothing to fetch.");
  });

  it("totals what is known and says what is not", () => {
    expect(planTotalsText(plan, 1e12).split("\n")).toEqual([
      "to fetch       2 files, 4.50 GB, and 1 of unknown size",
      "there already  1 file, 4.50 GB",
      "left           1 file, 4.50 GB",
      "room           1.00 TB without evicting",
    ]);
  });
});

it("planCsv() splits no cell and makes no formula", () => {
  const [titles, first] = planCsv(plan).split("\r\n");
  expect(titles?.split(",")).toHaveLength(12);
  expect(first).toContain(`"'=HYPERLINK(""x""), iPadOS`);
  expect(first).toContain(",120,4500000000,own delta,pallas,https://");
});

it("planJson() is a plan file", () => {
  const json = JSON.parse(JSON.stringify(planJson(plan, undefined))) as {
    items: { asset: { url: string } }[];
    totals: object;
  };
  expect(json.items[0]?.asset.url).toBe(asset.url);
  expect(json.totals).toMatchObject({ warm: { assets: 2, bytes: 4_500_000_000, unknownSizes: 1 } });
});

describe("the end of a run", () => {
  const sums = {
    planned: 3,
    warmed: 1,
    cached: 1,
    failed: 1,
    skipped: 0,
    bytesPlanned: 3e9,
    bytesAsked: 2e9,
    bytesFromOrigin: 1e9,
  };
  const target = { name: "library", url: "http://10.0.0.2:49152", role: "cache" as const };
  const summary: WarmSummary = {
    ...sums,
    startedMs: 0,
    seconds: 100,
    ended: "deadline",
    targets: [{ ...sums, target, dead: "gone" }],
  };

  it("is a table for each cache, the time and why it ended", () => {
    const text = summaryTable(summary);
    expect(text).toContain("library");
    expect(text).toContain("Took 1 min 40 s, 20.0 MB/s.");
    expect(text).toContain("--until");
  });

  it("names dead caches first, then each failure with its reason and address", () => {
    const cost = { bytesAsked: 0, bytesFromOrigin: 0, seconds: 1 };
    const failure = {
      type: "asset-end" as const,
      atMs: 0,
      target,
      item: plan.items[0]!,
      outcome: "failed" as const,
      sizeBytes: 1,
      ...cost,
      sinceLastLine: cost,
      attempts: 4,
      reason: "answered 404",
      code: "FETCH_STATUS",
    };
    const lines = failuresText([failure], summary).split("\n");
    expect(lines[0]).toBe("✗ library (http://10.0.0.2:49152): gone");
    expect(lines[1]).toContain("answered 404 (4 tries)");
    expect(lines[2]).toContain(asset.url);
  });
});

it("reportText() shows cost and effect, and what it cannot know", () => {
  const run = {
    finished: true,
    endedMs: Date.UTC(2026, 8, 14),
    target: "library",
    planned: 3,
    warmed: 3,
    cached: 0,
    failed: 0,
    skipped: 0,
    bytesAsked: 3e9,
    bytesFromOrigin: 3e9,
    seconds: 60,
  };
  const report: WarmReport = {
    fromMs: 0,
    toMs: 1,
    runs: [run],
    bytesFromOrigin: 3e9,
    warmedFiles: 3,
    warmedBytes: 3e9,
    used: { files: 2, bytes: 2e9 },
    servedFromCacheBytes: 9e9,
  };
  expect(reportText(report, 30, "Europe/Berlin")).toContain("2 files asked for since, at least 2.00 GB");
  expect(reportText({ ...report, used: undefined, servedFromCacheBytes: undefined }, 30, "UTC")).toContain(
    "not known per file",
  );
  expect(reportText({ ...report, runs: [] }, 7, "UTC")).toBe("No run in the last 7 days.");
});

it("discoveryText() marks each way and names the choice", () => {
  const text = discoveryText({
    targets: [{ name: "localhost", url: "http://localhost:49152", role: "cache" }],
    steps: [
      { way: "status", asked: "AssetCacheManagerUtil -j status", said: "not active", outcome: "nothing" },
      { way: "locator", asked: "AssetCacheLocatorUtil -j", said: "found x", outcome: "chosen" },
    ],
    status: undefined,
    dataPath: undefined,
  });
  expect(text).toContain("– status");
  expect(text).toContain("✓ locator");
  expect(text).toContain("Cache to warm: http://localhost:49152 (localhost)");
});

describe("optionsOfFlags()", () => {
  it("says only what was said", () => {
    expect(optionsOfFlags({})).toEqual({});
    expect(optionsOfFlags({ model: ["iPad6,8"], urls: "list", concurrency: "8", destination: "/x" })).toEqual({
      models: ["iPad6,8"],
      catalogs: [{ kind: "url-list", url: "list" }],
      concurrency: 8,
      firmware: { destination: "/x" },
    });
  });

  it("takes secrets from the line, a file or the environment, and warns of the first without repeating it", () => {
    const jamf = { mdm: "jamf", mdmServer: "https://j.example.org", mdmUser: "api" };
    expect(optionsOfFlags({ ...jamf, mdmPassword: "s3cret" }).devices).toMatchObject([{ password: "s3cret" }]);
    expect(optionsOfFlags({ ...jamf, mdmPasswordFile: "/etc/p" }).devices).toMatchObject([
      { password: { file: "/etc/p" } },
    ]);
    expect(optionsOfFlags({ mdm: "simplemdm" }).devices).toEqual([
      { kind: "simplemdm", token: { env: "LARDER_MDM_TOKEN" } },
    ]);
    expect(secretWarnings({ mdmPassword: "s3cret" }).join()).toContain("--mdm-password-file");
    expect(secretWarnings({ mdmPassword: "s3cret" }).join()).not.toContain("s3cret");
  });
});
