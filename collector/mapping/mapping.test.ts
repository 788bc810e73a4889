import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldSchema } from "../../core/schema.ts";
import { sharedData } from "../../fixtures/shared-data.ts";
import { statsDataPlace } from "./stats-data.ts";
import { ZMETRIC_OTHER_COLUMNS, ZMETRIC_PLACES } from "./zmetric.ts";

/** The 21 names macOS Server 5.2 writes. */
const SERVER_METRICS = [
  ...["cache", "origin", "peers"].map((from) => `bytes.from${from}.toclients`),
  ...["cache", "origin"].map((from) => `bytes.from${from}.topeers`),
  "bytes.dropped",
  "bytes.imported.byhttp",
  "bytes.imported.byxpc",
  "bytes.purged.total",
  ...["1day", "7days", "30days"].map((age) => `bytes.purged.youngerthan${age}`),
  "imports.byhttp",
  "imports.byxpc",
  ...["cache", "origin", "peers"].map((from) => `replies.from${from}.toclients`),
  ...["cache", "origin"].map((from) => `replies.from${from}.topeers`),
  "requests.fromclients",
  "requests.frompeers",
];

describe("statsDataPlace()", () => {
  it("puts every metric of macOS Server into the published schema, in seven measurements", () => {
    const places = SERVER_METRICS.map((name) => statsDataPlace(name));
    expect(SERVER_METRICS.length).toBe(21);
    for (const place of places) expect(fieldSchema(place?.measurement ?? "", place?.field ?? "")?.type).toBe("integer");
    expect(new Set(places.map((place) => place?.measurement)).size).toBe(7);
  });

  it("finds a place by analogy for a new name and none for a strange one", () => {
    expect(statsDataPlace("requests.rejected.fornospace")).toEqual({
      measurement: "requests",
      field: "requests.rejected.fornospace",
    });
    for (const name of [
      "",
      "bytes",
      "bytes.from cache.toclients",
      "requests,x=1",
      "REQUESTS.fromclients",
      "imports.",
    ]) {
      expect(statsDataPlace(name)).toBeUndefined();
    }
  });
});

describe("ZMETRIC_PLACES", () => {
  it("puts 35 columns into the published schema", () => {
    expect(ZMETRIC_PLACES.size).toBe(35);
    for (const { measurement, field } of ZMETRIC_PLACES.values()) {
      expect(fieldSchema(measurement, field)?.type).toBe("integer");
    }
  });

  const columns = sharedData("metrics/schema/ZMETRIC-columns.txt");
  it.skipIf(columns === undefined)(
    "knows every column of the public list (skipped where the list is not there)",
    () => {
      const names = readFileSync(columns ?? "", "utf8")
        .split("\n")
        .filter((line) => /^Z/.test(line));
      expect(names.length).toBe(37);
      const unknown = names.filter((name) => !ZMETRIC_PLACES.has(name) && !ZMETRIC_OTHER_COLUMNS.has(name));
      expect(unknown).toEqual([]);
    },
  );
});
