import { describe, expect, it } from "vitest";
import { parseLocatorJson, parseLocatorText } from "./locator.ts";

const server = (hostport: string, rank: number, more: object = {}) => ({
  hostport,
  guid: "11111111-2222-4333-8444-555555555555",
  rank,
  favored: false,
  healthy: true,
  advice: { validUntil: "2026-08-21 17:29:39 +0000" },
  ...more,
});

describe("parseLocatorJson()", () => {
  it("puts who answered first, then the favored, then by rank, each once", () => {
    const shared = [server("10.0.0.3:1", 1), server("10.0.0.2:1", 2), server("10.0.0.4:1", 3, { favored: true })];
    const text = JSON.stringify({
      results: {
        "public IP address": null,
        reachability: ["10.0.0.2:1", "10.0.0.9:1"],
        system: {
          "might have": true,
          "saved servers": { "personal caching": null, "shared caching": shared, "all servers": "error" },
          "refreshed servers": { "shared caching": shared },
          "saved public IP address ranges": [["1.2.3.4"]],
        },
        "current user": "error",
      },
    });
    expect(parseLocatorJson(text).map(({ hostPort }) => hostPort)).toEqual([
      "10.0.0.2:1",
      "10.0.0.9:1",
      "10.0.0.4:1",
      "10.0.0.3:1",
    ]);
  });
});

describe("parseLocatorText()", () => {
  const prefix = "2026-08-21 12:25:09.440 AssetCacheLocatorUtil[93394:79416625]";

  it("takes public addresses, names and IPv6, and leaves the time of the line alone", () => {
    const text = [
      `${prefix} AssetCacheLocatorUtil version 140.120.2, framework version 140.120.2`,
      `${prefix} Found 3 content caches`,
      `${prefix} 203.0.113.9:49152, rank 2, not favored, healthy, guid 11111111-2222-4333-8444-555555555555`,
      `${prefix} cache.example.org:49153, rank 1, favored`,
      `${prefix} [fd00::2]:49154, rank 3`,
    ].join("\n");
    const found = parseLocatorText(text);
    expect(found.map(({ hostPort, rank }) => [hostPort, rank])).toEqual([
      ["cache.example.org:49153", 1],
      ["203.0.113.9:49152", 2],
      ["[fd00::2]:49154", 3],
    ]);
    expect(found[1]?.guid).toBe("11111111-2222-4333-8444-555555555555");
  });

  it("finds none in a text that names none", () => {
    expect(
      parseLocatorText(`${prefix} There might not be content caches available.\n${prefix} Found 0 caching servers`),
    ).toEqual([]);
  });
});
