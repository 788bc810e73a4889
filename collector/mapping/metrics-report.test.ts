import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldSchema } from "../../core/schema.ts";
import { sharedData } from "../../fixtures/shared-data.ts";
import { REPORT_PROPERTIES } from "./metrics-report.ts";

describe("REPORT_PROPERTIES", () => {
  it("puts each property into the published schema, or says why it is not kept", () => {
    for (const [name, { group, place, reason }] of REPORT_PROPERTIES) {
      if (place !== undefined) expect(fieldSchema(place.measurement, place.field), name).toBeDefined();
      else expect(reason !== undefined || group === "time", name).toBe(true);
    }
    expect([...REPORT_PROPERTIES.values()].filter(({ group }) => group === "counter").length).toBe(35);
  });

  const description = sharedData("metrics/openapi/metrics_report.json");
  it.skipIf(description === undefined)(
    "knows every property of Apple's description with its type (skipped where it is not there)",
    () => {
      const { components } = JSON.parse(readFileSync(description ?? "", "utf8")) as {
        components: { schemas: { CacheServerMetricsReport: { required: string[]; properties: Properties } } };
      };
      const { required, properties } = components.schemas.CacheServerMetricsReport;
      expect([...REPORT_PROPERTIES.keys()].sort()).toEqual(Object.keys(properties).sort());
      expect(Object.keys(properties).length).toBe(88);
      for (const [name, { type, format }] of Object.entries(properties)) {
        const ours = REPORT_PROPERTIES.get(name);
        expect(APPLES[ours?.type ?? "text"], name).toBe(format === undefined ? type : `${type} ${format}`);
        expect(ours?.required === true, name).toBe(required.includes(name));
      }
    },
  );
});

type Properties = Record<string, { type: string; format?: string }>;

const APPLES = {
  count: "integer",
  integer: "integer",
  number: "number",
  text: "string",
  flag: "boolean",
  date: "string date-time",
  guid: "string uuid",
  neighbours: "array",
} as const;
