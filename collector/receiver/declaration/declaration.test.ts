import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../../core/testing/runs.ts";
import { sharedData } from "../../../fixtures/shared-data.ts";
import { declarations, parseCacheSettings, type ReportsWanted, reportKeys, SETTING_KEYS } from "./declaration.ts";

const WANTED: ReportsWanted = {
  target: "https://larder.example.org:8771/metrics/0123456789abcdef",
  interval: 300,
  statusInterval: 0,
  security: "no-cert",
};

const range = fc.record({ type: fc.constant("IPv4"), first: fc.ipV4(), last: fc.ipV4() });
const VALUES = {
  boolean: fc.boolean(),
  integer: fc.maxSafeNat(),
  text: fc.string(),
  list: fc.oneof(fc.array(range, { maxLength: 3 }), fc.array(fc.ipV4(), { maxLength: 3 })),
};
const settings = fc
  .record(Object.fromEntries([...SETTING_KEYS].map(([key, type]) => [key, VALUES[type]])), { requiredKeys: ["Port"] })
  .chain((known) => fc.record({ known: fc.constant(known), Other: fc.string() }));

const printed = (result: unknown) => JSON.stringify({ name: "settings", result });

describe("declarations()", () => {
  it("hold every setting there is with its value, and ours", () => {
    fc.assert(
      fc.property(settings, ({ known, Other }) => {
        const read = parseCacheSettings(printed({ ...known, Other }), "test");
        const [configuration] = declarations(read, WANTED);
        const lists = Object.entries(known).filter(([, value]) => Array.isArray(value) && value.length === 0);
        const set = Object.entries(known).filter(([key]) => !lists.some(([list]) => list === key));
        expect(configuration?.Payload).toEqual({ ...Object.fromEntries(set), ...reportKeys(WANTED) });
        expect([...read.left].sort()).toEqual(["Other", ...lists.map(([key]) => key)].sort());
      }),
      { numRuns: runs(50) },
    );
  });

  it("know every key of the profile that came before", () => {
    const path = sharedData("metrics/schema/apple-com.apple.AssetCache.managed.yaml");
    if (path === undefined) return;
    const keys = [...readFileSync(path, "utf8").matchAll(/^- key: (\w+)$/gm)].map(([, key]) => key);
    expect(keys.length).toBe(22);
    expect(keys.filter((key) => !SETTING_KEYS.has(key ?? ""))).toEqual([]);
  });

  it("are new to a Mac when they change, and only then", () => {
    const of = (CacheLimit: number) => declarations(parseCacheSettings(printed({ CacheLimit }), "test"), WANTED);
    expect(of(1)).toEqual(of(1));
    expect(of(1)[0]?.ServerToken).not.toBe(of(2)[0]?.ServerToken);
    expect(of(1).map(({ Type }) => Type)).toEqual([
      "com.apple.configuration.content-cache.settings",
      "com.apple.activation.simple",
    ]);
  });

  it("bring the certificate along when it is asked for", () => {
    const certificateUrl = "https://larder.example.org/ca.pem";
    const wanted = { ...WANTED, security: "signedByCACert", certificateUrl } as const;
    const [asset, configuration] = declarations(parseCacheSettings(printed({ Port: 1 }), "test"), wanted);
    expect(asset?.Payload).toMatchObject({ Reference: { DataURL: certificateUrl } });
    expect(configuration?.Payload["ManagementStatusCertificateReference"]).toBe(asset?.Identifier);
  });

  it("refuse what Apple does not take", () => {
    const wrong: readonly Partial<ReportsWanted>[] = [
      { interval: 59 },
      { interval: 86_401 },
      { statusInterval: 60 },
      { target: "larder.example.org" },
      { target: "ftp://larder.example.org/" },
      { security: "signedByCACert" },
      { certificateUrl: "https://larder.example.org/ca.pem" },
    ];
    for (const each of wrong) expect(() => reportKeys({ ...WANTED, ...each })).toThrow(/expected/);
  });
});

describe("parseCacheSettings()", () => {
  it("reads what comes after lines of log, and in the array of -a", () => {
    const text = `2026-09-16 12:00:00.000 AssetCacheManagerUtil[1:2] hello\n${printed({ CacheLimit: 4e12 })}\n`;
    expect(parseCacheSettings(text, "test").kept).toEqual({ CacheLimit: 4e12 });
    expect(parseCacheSettings(`[${printed({ Port: 0 })}]`, "test").kept).toEqual({ Port: 0 });
  });

  it("refuses anything else, as a declaration without settings would set the cache back", () => {
    const texts = [
      "",
      "not activated",
      "{}",
      printed({}),
      printed({ Other: 1 }),
      printed({ CacheLimit: "4 TB" }),
      printed({ Port: 1 }).replace("settings", "status"),
      '{"name":"settings","result":{"Port":1,"Port":2}}',
    ];
    for (const text of texts) expect(() => parseCacheSettings(text, "test"), text).toThrow(/Cannot use the settings/);
  });
});
