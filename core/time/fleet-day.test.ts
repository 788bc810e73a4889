import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tagText } from "../line/point.ts";
import { fleetPlace } from "./fleet-day.ts";

describe("fleetPlace()", () => {
  it("keeps the tags of groups and makes a millisecond of the others", () => {
    const place = fleetPlace(",region=North\\,\\ East,school_type=primary,server=cache01,site_code=1234");
    expect(place.tags).toBe(",region=North\\,\\ East,school_type=primary");
    expect(fleetPlace(",server=cache01,site_code=1234")).toEqual({ tags: "", offsetMs: place.offsetMs });
    expect(fleetPlace(",server=cache02,site_code=1234").offsetMs).not.toBe(place.offsetMs);
  });

  it("stays inside the shortest day, and is the same for the same tags, whatever is in them", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(text, text), text, (tags, region) => {
        const line = tagText({ ...tags, region });
        const { offsetMs, tags: kept } = fleetPlace(line);
        expect(fleetPlace(line)).toEqual({ tags: kept, offsetMs });
        expect(offsetMs).toBeGreaterThanOrEqual(0);
        expect(offsetMs).toBeLessThan(82_800_000);
        expect(kept).toBe(
          tagText({ region, ...("school_type" in tags ? { school_type: tags["school_type"] ?? "" } : {}) }),
        );
      }),
    );
  });

  it("spreads caches over the day: as many meet as chance lets", () => {
    const places = new Set<number>();
    for (let cache = 0; cache < 10_000; cache++) places.add(fleetPlace(`,server=cache${cache}`).offsetMs);
    // 10,000 caches in one series: 0.6 pairs are to be expected
    expect(places.size).toBeGreaterThanOrEqual(9_996);
  });
});
