import { describe, expect, it } from "vitest";
import { byTags, influxName, influxText, metricsMatcher, metricsSelector, tagList } from "./query.ts";

describe("InfluxQL", () => {
  it("quotes names and values so that none can end its quotes", () => {
    expect(influxName('a"b\\')).toBe('"a\\"b\\\\"');
    expect(influxText("O'Brien\\\n' OR '' = '")).toBe("'O\\'Brien\\\\\\n\\' OR \\'\\' = \\''");
    expect(tagList(["region", 'a"'])).toBe('"region", "a\\""');
  });
});

describe("MetricsQL", () => {
  it("selects one field by its name and several by a pattern", () => {
    expect(metricsSelector({ measurement: "m_1d", fields: ["a.b"] }, "")).toBe('{__name__="m_1d_a.b"}');
    expect(metricsSelector({ measurement: "m", fields: ["a.b", "c"] }, 'x="y"')).toBe(
      '{__name__=~"m_(a\\\\.b|c)",x="y"}',
    );
  });

  it("quotes values, and names with dots and dashes", () => {
    expect(metricsMatcher("site-code.x", '"} or {a="\\')).toBe('site\\-code\\.x="\\"} or {a=\\"\\\\"');
    expect(byTags(["region", "site-code"])).toBe(" by (region, site\\-code)");
    expect(byTags([])).toBe("");
  });
});
