import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../fixtures/shared-data.ts";
import { errorCode } from "../../errors.ts";
import { runs } from "../../testing/runs.ts";
import { type CacheStatus, hostPort, parseStatus } from "./status.ts";
import { sizeBytes } from "./text-form.ts";

const JSON_STATUS = {
  name: "status",
  result: {
    Activated: true,
    Active: true,
    ActualCacheUsed: 25_400_000_000,
    CacheDetails: { "iOS Software": 70_000_000_000, iCloud: 13_800_000_000 },
    CacheFree: -5,
    CacheLimit: 0,
    CacheStatus: "LOWSPACE",
    CacheUsed: 83_800_000_000,
    MaxCachePressureLast1Hour: 40,
    Parents: [{ address: "10.0.0.1", healthy: false, alert: { className: "AssetCacheParentCycleAlert" } }],
    Peers: [{ address: "10.0.0.2", healthy: true, friendly: true, details: { "local-network": { speed: 1 } } }, 7],
    RegistrationStatus: 1,
    StartupStatus: "OK",
    Alerts: [{ className: "AssetCacheLowSpaceAlert", postDate: "2026-01-01" }],
    AlertsForPeerFilterRanges: { "0": { className: "AssetCacheUnfriendlyPeersInFilterRangeAlert" } },
    TotalBytesAreSince: "2026-08-24 16:41:56 +0200",
    TotalBytesReturnedToClients: 100,
  },
};
const text = JSON.stringify(JSON_STATUS);
const failure = (what: string): string => {
  try {
    parseStatus(what, "test");
  } catch (error) {
    expect((error as Error).message).toContain('"test"');
    return errorCode(error) ?? "no code";
  }
  return "no error";
};

/** The real samples beside the project, with the numbers a person reads in them. */
const SAMPLES: readonly (readonly [string, Partial<CacheStatus>])[] = [
  [
    "status-json/status-2024-08-peer-v247.json",
    {
      form: "json",
      guid: "8E956E1D-4E2E-4517-B2EB-B8D6A943E830",
      activated: true,
      active: true,
      registered: 1,
      port: 49153,
      actualUsedBytes: 53_199_959_275,
      usedBytes: 54_039_208_668,
      freeBytes: 73_960_791_332,
      limitBytes: 128_000_000_000,
      personalUsedBytes: 1_292_774_306,
      pressure: undefined,
      cacheStatus: "OK",
      content: new Map([
        ["Apple TV Software", 1_922_215_571],
        ["iCloud", 1_292_774_306],
        ["iOS Software", 8_610_516_988],
        ["Mac Software", 14_870_831_533],
        ["Other", 27_342_870_270],
      ]),
      peers: [
        {
          address: "192.168.1.168",
          port: 58_010,
          guid: "8D9EF992-5D88-41F3-8FBD-594B2CCFA6A9",
          healthy: true,
          friendly: true,
          alert: undefined,
        },
      ],
      parents: [],
      totals: {
        since: "2024-08-24 16:41:56 +0000",
        sinceMs: Date.parse("2024-08-24T16:41:56Z"),
        bytes: {
          toClients: 3_161_592_102,
          toPeers: 1_088_583_623,
          toChildren: 0,
          fromOrigin: 2_223_348_868,
          fromPeers: 407_438_680,
          fromParents: 0,
          dropped: 0,
          imported: 5_254_756,
        },
      },
    },
  ],
  [
    "status-json/status-2026-08-21-fresh-empty.json",
    {
      form: "json",
      actualUsedBytes: 0,
      usedBytes: 0,
      freeBytes: 171_990_891_520,
      limitBytes: 500_000_000_000,
      content: new Map(),
      port: 62_373,
      peers: [],
      registered: 1,
      startup: "OK",
    },
  ],
  [
    "status-text/status-2022-06-19-active.txt",
    {
      form: "text",
      guid: "D2BE5986-6E42-41AC-845D-27A87C6EE6B6",
      active: true,
      actualUsedBytes: 61_600_000_000,
      usedBytes: 76_600_000_000,
      freeBytes: 110_830_000_000,
      limitBytes: 250_000_000_000,
      personalUsedBytes: 5_620_000_000,
      pressure: 0,
      port: 56_183,
      registered: 1,
      content: new Map([
        ["iCloud", 5_620_000_000],
        ["iOS Software", 7_540_000_000],
        ["Mac Software", 34_310_000_000],
        ["Other", 29_130_000_000],
      ]),
      totals: {
        since: "2022-05-10 12:10:15",
        sinceMs: undefined,
        bytes: {
          toClients: 135_660_000_000,
          toPeers: 0,
          toChildren: 0,
          fromOrigin: 59_880_000_000,
          fromPeers: 0,
          fromParents: 0,
          dropped: 7_300_000,
          imported: 1_720_000_000,
        },
      },
    },
  ],
  [
    "status-text/status-2020-07-04-not-activated.txt",
    {
      form: "text",
      activated: false,
      active: false,
      usedBytes: 0,
      freeBytes: 293_240_000_000,
      limitBytes: 0,
      port: 0,
      registered: -1,
      registrationError: "NOT_ACTIVATED",
      startup: "FAILED",
      parents: [],
      peers: [],
    },
  ],
  [
    "status-text/status-2017-09-25-macos-10.13.0-plist-style.txt",
    {
      form: "plist",
      guid: "DEADBEEF-FOOD-A1AB-1040-EAB10CFEA18",
      activated: true,
      active: true,
      actualUsedBytes: undefined,
      usedBytes: 76_706_586_608,
      freeBytes: 298_293_413_392,
      limitBytes: 375_000_000_000,
      personalUsedBytes: 12_954_227_645,
      port: 49_242,
      cacheStatus: "OK",
      startup: "OK",
      content: new Map([
        ["Books", 174_082_575],
        ["Mac Software", 24_423_474_829],
        ["Other", 1_738_767_542],
        ["iCloud", 12_954_227_645],
        ["iOS Software", 37_416_034_017],
      ]),
      totals: {
        since: undefined,
        sinceMs: undefined,
        bytes: {
          toClients: 35_798_809_867,
          toPeers: 0,
          toChildren: 0,
          fromOrigin: 21_063_186_167,
          fromPeers: 0,
          fromParents: 0,
          dropped: 679_075,
          imported: 128_672_588,
        },
      },
    },
  ],
  [
    "serveradmin/fullstatus-and-settings-10.12-era.txt",
    {
      form: "serveradmin",
      guid: "02FE97F2-41F3-4CEE-9899-27976DB91A1A",
      activated: true,
      active: true,
      usedBytes: 419_351_941,
      freeBytes: 52_754_638_336,
      limitBytes: 70_000_000_000,
      port: 49_232,
      content: new Map([
        ["Mac Software", 0],
        ["iOS Software", 419_351_941],
      ]),
      peers: [
        {
          address: "aaa.bbb.ccc.ddd",
          port: 49094,
          guid: "9B9CDED4-F70C-4910-B7D4-11D1530AD34D",
          healthy: true,
          friendly: true,
          alert: undefined,
        },
      ],
      totals: {
        since: undefined,
        sinceMs: undefined,
        bytes: { toClients: 476_014_159, fromOrigin: 419_351_941, fromPeers: 0, dropped: 0, imported: 0 },
      },
    },
  ],
];

const there = sharedData("metrics/status-json") !== undefined;
const reason = there ? "" : " (skipped: they are not beside the project)";

describe(`parseStatus() on the samples of 2016 to 2026${reason}`, () => {
  it.skipIf(!there).each(SAMPLES)("%s", (name, expected) => {
    expect(parseStatus(readFileSync(sharedData(`metrics/${name}`)!, "utf8"), name)).toMatchObject(expected);
  });
  it.skipIf(!there)("the README that quotes a status of 10.13.0 reads like the status itself", () => {
    const quoted = readFileSync(sharedData("metrics/status-text/nugget-readme-with-10.13.0-status.md")!, "utf8");
    expect(parseStatus(quoted, "readme")).toMatchObject(SAMPLES[4]![1]);
  });
});

describe("parseStatus() on odd values", () => {
  it("reads negative room, no limit, pressure in percent, alerts everywhere, and skips a peer that is not one", () => {
    expect(parseStatus(text, "test")).toMatchObject({
      freeBytes: -5,
      limitBytes: 0,
      pressure: 0.4,
      alerts: ["AssetCacheLowSpaceAlert", "AssetCacheUnfriendlyPeersInFilterRangeAlert"],
      parents: [{ address: "10.0.0.1", healthy: false, friendly: undefined, alert: "AssetCacheParentCycleAlert" }],
      peers: [
        { address: "10.0.0.2", port: undefined, guid: undefined, healthy: true, friendly: true, alert: undefined },
      ],
      totals: { sinceMs: Date.parse("2026-08-24T14:41:56Z"), bytes: { toClients: 100 } },
    });
  });
  it.each([
    [0, 0],
    [0.25, 0.25],
    [1, 1],
    [40, 0.4],
    [100, 1],
    [-1, undefined],
    [101, undefined],
    ["0.5", 0.5],
    ["x", undefined],
    [null, undefined],
  ])("pressure %s reads as %s", (value, expected) => {
    const result = { ...JSON_STATUS.result, MaxCachePressureLast1Hour: value };
    expect(parseStatus(JSON.stringify({ result }), "test").pressure).toBe(expected);
  });
  it("gives up totals whose beginning cannot be read", () => {
    const result = { ...JSON_STATUS.result, TotalBytesAreSince: "yesterday" };
    expect(parseStatus(JSON.stringify({ result }), "test").totals).toBeUndefined();
  });
  it.each([
    ["76.6 GB", 76_600_000_000],
    ["7.54 GB", 7_540_000_000],
    ["Zero KB", 0],
    ["940 bytes", 940],
    ["1 byte", 1],
    ["1.02 TB", 1_020_000_000_000],
    ["1,5 MB", 1_500_000],
    ["OK", undefined],
    ["3 apples", undefined],
  ])("the size %s is %s bytes", (size, expected) => {
    expect(sizeBytes(size)).toBe(expected);
  });
});

describe("parseStatus() on what is around the JSON", () => {
  it.each([
    ["bare", JSON.stringify(JSON_STATUS.result)],
    ["pretty", JSON.stringify(JSON_STATUS, null, 2)],
    ["the array of -a", `[${text}]`],
    ["the array of -a with other events", `[{"name":"settings","result":{"Port":0}},${text}]`],
    ["log lines before", `2026-11-20 10:00:00.000 AssetCacheManagerUtil[1:2] {starting} [now]\n[info] {x\n${text}\n`],
    ["a log prefix on its line", `2026-11-20 10:00:00.000 AssetCacheManagerUtil[1:2] ${text}`],
    ["other documents before", `{"name":"isActivated","result":{"activated":true}}\n${text}`],
    ["log lines after", `${text}\n2026-11-20 done {`],
    ["a byte order mark", `\ufeff${text}`],
    ["carriage returns", text.replaceAll(",", ",\r\n")],
  ])("reads it with %s", (_what, output) => {
    expect(parseStatus(output, "test").usedBytes).toBe(83_800_000_000);
  });
  it.each([
    ["nothing", "", "STATUS_EMPTY"],
    ["spaces", " \n\t ", "STATUS_EMPTY"],
    ["words", "command not found", "STATUS_UNKNOWN"],
    ["half a document", text.slice(0, text.length / 2), "STATUS_INCOMPLETE"],
    ["no result", '{"name":"status"}', "STATUS_EMPTY"],
    ["an empty result", '{"name":"status","result":{}}', "STATUS_EMPTY"],
    ["the result of something else", '{"name":"settings","result":{"Port":1}}', "STATUS_EMPTY"],
    ["a result that is a list", '{"name":"status","result":[1]}', "STATUS_EMPTY"],
    ["a header and nothing after it", "x AssetCacheManagerUtil[1:2] Content caching status:\n", "STATUS_INCOMPLETE"],
    ["half a property list", "Built-in caching server status: {\n  Active = 1;\n  Peers = (", "STATUS_INCOMPLETE"],
    ["a broken property list", "Built-in caching server status: {\n  Active 1;\n}", "STATUS_INCOMPLETE"],
  ])("says what is wrong with %s", (_what, output, code) => {
    expect(failure(output)).toBe(code);
  });
});

describe("parseStatus() on hostile documents", () => {
  it.each([
    ["deep lists", `{"name":"status","result":{"Active":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`],
    ["deep maps", `${'{"result":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["a huge text", `{"name":"status","result":{"Active":true,"x":"${"x".repeat(5_000_000)}"}}`],
    ["a huge list", `{"name":"status","result":{"Active":true,"Peers":[${"1,".repeat(20_000)}1]}}`],
    ["a deep property list", `Built-in caching server status: {a = ${"(".repeat(1000)}`],
    ["a wide property list", `Built-in caching server status: {a = (${"1,".repeat(20_000)}1);}`],
    ["a long text", `Content caching status:\n${"    Active: true\n".repeat(20_000)}`],
    ["a long list of serveradmin", "caching:Active = yes\n".repeat(20_000)],
    ["a deep path of serveradmin", `caching:${"a:".repeat(100)}b = 1`],
  ])("refuses %s, soon", (_what, output) => {
    const began = performance.now();
    expect(failure(output)).toBe("STATUS_HOSTILE");
    expect(performance.now() - began).toBeLessThan(10_000);
  });
  it("does not choke on many beginnings without an end", () => {
    const began = performance.now();
    expect(failure("{\n".repeat(20_000))).toBe("STATUS_HOSTILE");
    expect(failure(`{${" ".repeat(1_000_000)}\n`.repeat(3))).toBe("STATUS_INCOMPLETE");
    expect(failure('{ "\n'.repeat(100_000))).toBe("STATUS_HOSTILE");
    expect(performance.now() - began).toBeLessThan(10_000);
  });
  it("takes values of the wrong type for missing ones", () => {
    const result = Object.fromEntries(Object.keys(JSON_STATUS.result).map((key) => [key, { a: [1] }]));
    const status = parseStatus(JSON.stringify({ name: "status", result }), "test");
    expect(status).toMatchObject({ active: undefined, usedBytes: undefined, peers: [], totals: undefined });
  });
  it("lets no number in that is not a whole size", () => {
    const numbers = '"CacheUsed":1e300,"CacheLimit":-1,"CacheFree":1.5,"Port":70000,"RegistrationStatus":9';
    expect(parseStatus(`{"result":{"Active":true,${numbers}}}`, "test")).toMatchObject({
      usedBytes: undefined,
      limitBytes: undefined,
      freeBytes: undefined,
      port: undefined,
      registered: undefined,
    });
  });
  it("takes the last of two equal keys, and __proto__ for a key like any other", () => {
    const output =
      '{"name":"status","result":{"Active":false,"Active":true,"__proto__":{"CacheUsed":7,"polluted":1},"CacheDetails":{"__proto__":5}}}';
    const status = parseStatus(output, "test");
    expect(status).toMatchObject({ active: true, usedBytes: undefined, content: new Map([["__proto__", 5]]) });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const old = parseStatus("caching:Active = yes\ncaching:__proto__:polluted = 1\n", "test");
    expect(old.active).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
  it("either reads or refuses with its own error, whatever it is given", () => {
    const pieces = fc.constantFrom(
      ...'{}[]()=;,:"\\\n '.split(""),
      text.slice(0, 60),
      "Content caching status:\n",
      "caching:a = ",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 40 }), (parts) => {
        expect(failure(parts.join(""))).toMatch(/^STATUS_|^no error$/);
      }),
      { numRuns: runs(200) },
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => {
        expect(failure(`{"name":"status","result":${json}}`)).toMatch(/^STATUS_|^no error$/);
      }),
      { numRuns: runs(250) },
    );
  });
});

describe("hostPort()", () => {
  it("is the address to ask a neighbour at", () => {
    const peers = [
      { address: "fd00::3", port: 1 },
      { address: "10.0.0.1", port: "49152" },
      { address: "10.0.0.1" },
      { port: 5 },
      { address: "10.0.0.1", port: 70_000 },
    ];
    const status = parseStatus(JSON.stringify({ result: { Active: true, Peers: peers } }), "test");
    expect(status.peers.map(hostPort)).toEqual(["[fd00::3]:1", "10.0.0.1:49152", undefined, undefined, undefined]);
  });
});
