import { readFileSync } from "node:fs";
import { build, buildBinary } from "plist";
import { describe, expect, it } from "vitest";
import { parsePlist } from "../../core/plist/plist.ts";
import { sharedData } from "../../fixtures/shared-data.ts";
import { precacheOptions } from "../options.ts";
import { fromPrecachePyConfiguration } from "./configuration.ts";

const plist = {
  cacheApps: ["Keynote", ""],
  cacheGroups: ["iPad", "updates", "Newton"],
  cacheIPSW: ["iPad6,8", "AppleTV"],
  cacheMacUpdates: ["061-78585"],
  cacheModels: ["AppleTV5,3"],
  cacheServerURL: "http://cache.example.org/",
  cacheServerPort: 49152,
  destination: "/Volumes/IPSW",
  mdm: "jamf",
  mdmServer: "jamf.example.org:8443",
  mdmUser: "api",
  mdmPassword: "s3cret",
  mdmToken: "t0ken",
  appsCanCache: "https://example.org/apps.plist",
  iosBaseURL: "http://mesu.apple.com/assets/",
  iosFeeds: { ios: "x.xml" },
  masBaseURL: "http://osxapps.itunes.apple.com/",
  swuBaseURL: "https://mirror.example.org",
  softwareUpdateFeed: { all: "/content/index.sucatalog" },
  sucatalogExcludes: ["Printer", "10.1"],
  cacheServerConfigPlist: "/a.plist",
  tetheratorConfigPlist: "/b.plist",
  userAgentString: "precache",
  logLevel: "debug",
  logPath: "/tmp/precache.log",
};

describe("fromPrecachePyConfiguration()", () => {
  it("maps every key, and what it maps to is valid", () => {
    const { options, notes } = fromPrecachePyConfiguration(plist);
    expect(options).toEqual({
      models: ["AppleTV5,3"],
      apps: ["Keynote"],
      updates: ["061-78585"],
      groups: ["iPad", "sucatalog"],
      firmware: { models: ["iPad6,8", "AppleTV"], destination: "/Volumes/IPSW" },
      servers: ["http://cache.example.org:49152"],
      configPlists: ["/b.plist", "/a.plist"],
      devices: [{ kind: "jamf", server: "https://jamf.example.org:8443", user: "api", password: "s3cret" }],
      catalogs: [
        { kind: "apps-list", url: "https://example.org/apps.plist" },
        {
          kind: "sucatalog",
          titles: "all",
          urls: ["https://mirror.example.org/content/index.sucatalog"],
          excludeTitles: ["Printer", "10.1"],
        },
      ],
    });
    expect(precacheOptions.safeParse(options).success).toBe(true);
    const said = notes.map(({ word }) => word).join(", ");
    for (const key of Object.keys(plist)) expect(said).toContain(key);
    expect(JSON.stringify(notes)).not.toMatch(/s3cret|t0ken/);
  });

  it.each([
    ["XML", Buffer.from(build(plist))],
    ["binary", buildBinary(plist)],
  ])("reads %s alike", async (_name, bytes) => {
    const read = fromPrecachePyConfiguration(await parsePlist(bytes, "my-config.plist"));
    expect(read.options).toEqual(fromPrecachePyConfiguration(plist).options);
  });

  it("takes the port as text, and not twice", () => {
    const servers = (more: object): unknown => fromPrecachePyConfiguration(more).options.servers;
    expect(servers({ cacheServerURL: "http://h", cacheServerPort: "53612" })).toEqual(["http://h:53612"]);
    expect(servers({ cacheServerURL: "http://h:1", cacheServerPort: 2 })).toEqual(["http://h:1"]);
    expect(servers({ cacheServerURL: "http://h", cacheServerPort: "0" })).toEqual(["http://h"]);
  });

  it("notes wrong types and unknown keys instead of failing", () => {
    const { options, notes } = fromPrecachePyConfiguration({ cacheModels: "iPad6,8", destination: 3, colour: "red" });
    expect(options).toEqual({});
    expect(notes.map(({ word, fate }) => [word, fate])).toEqual([
      ["cacheModels", "gone"],
      ["destination", "gone"],
      ["colour", "gone"],
    ]);
    expect(fromPrecachePyConfiguration([1]).options).toEqual({});
  });

  const real = sharedData("precache/precache/com.github.krypted.precache.example-config.plist");
  it.skipIf(real === undefined)(
    "takes the example that came with it (skipped where the sample data is not there)",
    async () => {
      const { options, notes } = fromPrecachePyConfiguration(await parsePlist(readFileSync(real!), real!));
      expect(options).toMatchObject({
        models: ["AppleTV5,3"],
        apps: ["Server", "Sierra"],
        firmware: { models: ["iPad6,8"], destination: "/tmp" },
        servers: ["http://cacheserver:53612"],
        devices: [{ kind: "jamf", server: "https://foo.example.org:9000" }],
      });
      const sucatalog = options.catalogs?.find(({ kind }) => kind === "sucatalog");
      expect(sucatalog).toMatchObject({ titles: "all" });
      expect(sucatalog?.kind === "sucatalog" ? sucatalog.excludeTitles?.length : 0).toBe(72);
      expect(notes.filter(({ fate }) => fate === "gone").map(({ word }) => word)).toContain("iosBaseURL, iosFeeds");
      expect(precacheOptions.safeParse(options).success).toBe(true);
    },
  );
});
