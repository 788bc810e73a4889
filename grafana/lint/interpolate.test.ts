import { describe, expect, it } from "vitest";
import type { Variable } from "../look/grafana-types.ts";
import { type Choice, interpolate, intervalOf, intervalText } from "./interpolate.ts";

const site: Variable = {
  type: "query",
  name: "site",
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { text: ["All"], value: ["$__all"] },
};
const price: Variable = { type: "textbox", name: "price", current: { text: "0.05", value: "0.05" } };
const choice = (values: Record<string, string[]> = {}): Choice => ({
  values,
  fromMs: 1000,
  toMs: 61_000,
  intervalMs: 300_000,
});
const influx = (text: string, values?: Record<string, string[]>): string =>
  interpolate(text, { dialect: "influxql", variables: [site, price], choice: choice(values) });
const metrics = (text: string, values?: Record<string, string[]>): string =>
  interpolate(text, { dialect: "metricsql", variables: [site, price], choice: choice(values) });

describe("interpolate()", () => {
  it("puts All in as it is", () => {
    expect(influx('"site" =~ /^${site:regex}$/')).toBe('"site" =~ /^.*$/');
    expect(metrics('site=~"$site"')).toBe('site=~".*"');
  });

  it("escapes for an InfluxQL regular expression, slash and all, always in parentheses", () => {
    expect(influx("/^${site:regex}$/", { site: ["S/Y.D (1)"] })).toBe("/^(S\\/Y\\.D \\(1\\))$/");
    expect(influx("/^${site:regex}$/", { site: ["a", "b+"] })).toBe("/^(a|b\\+)$/");
  });

  it("escapes for a label matcher, whose text is unquoted once more", () => {
    expect(metrics('site=~"$site"', { site: ["S/Y.D (1)"] })).toBe('site=~"S/Y\\\\.D \\\\(1\\\\)"');
    expect(metrics('site=~"$site"', { site: ["a", "b|c"] })).toBe('site=~"(a|b\\\\|c)"');
  });

  it("knows Grafana's own variables in all three spellings", () => {
    expect(influx("$timeFilter")).toBe("time >= 1000ms and time <= 61000ms");
    expect(influx("time > ${__to}ms - 30m")).toBe("time > 61000ms - 30m");
    expect(metrics("[${__range_ms}ms1ms]")).toBe("[60000ms1ms]");
    expect(influx("time($__interval) [[price]]")).toBe("time(5m) 0.05");
    expect(influx("* ${price} / 2")).toBe("* 0.05 / 2");
  });

  it("throws for a variable nobody defines", () => {
    expect(() => influx("WHERE x = $nobody")).toThrow(expect.objectContaining({ code: "GRAFANA_VARIABLE" }));
    expect(() => metrics('a="${nobody:raw}"')).toThrow(/still has a variable/);
  });
});

describe("intervalOf()", () => {
  it.each([
    [3_600_000, 1000, 60_000, "1m"],
    [24 * 3_600_000, 1000, 60_000, "1m"],
    [30 * 24 * 3_600_000, 1000, 60_000, "30m"],
    [365 * 24 * 3_600_000, 1000, 60_000, "6h"],
    [365 * 24 * 3_600_000, 2000, 86_400_000, "1d"],
  ])("of %d ms in %d points, at least %d ms, is %s", (range, points, least, text) => {
    expect(intervalText(intervalOf(range, points, least))).toBe(text);
  });
});
