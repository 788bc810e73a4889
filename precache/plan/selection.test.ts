import { describe, expect, it } from "vitest";
import * as z from "zod";
import { originOf, resolveSettings } from "../../core/config/config.ts";
import { errorCode } from "../../core/errors.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { type PrecacheInput, precacheOptions, precacheShape, requestLayer } from "../options.ts";
import {
  catalogsFor,
  choiceOf,
  devicesFor,
  isAdminsList,
  mayBeWanted,
  requireWants,
  wantsAnything,
  wantsBesideInventories,
} from "./selection.ts";

const parse = (input: PrecacheInput) => precacheOptions.parse(input);
const kinds = (input: PrecacheInput): string[] => catalogsFor(parse(input)).map(({ kind }) => kind);

describe("catalogsFor()", () => {
  it("adds the catalogues that what is wanted needs", () => {
    expect(kinds({ models: ["iPad6,8"] })).toEqual(["pallas"]);
    expect(kinds({ groups: ["iPad", "installer", "app", "firmware"] })).toEqual([
      "pallas",
      "sucatalog",
      "apps-list",
      "firmware",
    ]);
    expect(kinds({ apps: ["Keynote"] })).toEqual(["sucatalog", "apps-list"]);
    expect(kinds({ groups: ["sucatalog"] })).toEqual(["sucatalog"]);
    expect(kinds({ firmware: { models: ["Mac"] } })).toEqual(["firmware"]);
    expect(kinds({ devices: [{ kind: "csv", path: "x" }] })).toEqual(["pallas"]);
    expect(kinds({ catalogs: [{ kind: "url-list", url: "x" }] })).toEqual(["url-list"]);
    expect(kinds({})).toEqual([]);
  });

  it.each([
    ["iPad", "pallas"],
    ["iPad", "appledb"],
    ["iPad", "mesu"],
    ["installer", "sucatalog"],
    ["installer", "sofa"],
    ["firmware", "firmware"],
  ] as const)("adds none for the group %s where %s is named", (group, kind) => {
    expect(kinds({ groups: [group], catalogs: [{ kind }] })).toEqual([kind]);
  });

  it("adds no list of apps where one is named", () => {
    expect(kinds({ groups: ["app"], catalogs: [{ kind: "apps-list", url: "x" }] })).toEqual(["apps-list"]);
  });

  it("reads the titles of all updates only when updates are wanted", () => {
    const titles = (input: PrecacheInput): unknown =>
      catalogsFor(parse(input)).map((catalog) => (catalog.kind === "sucatalog" ? catalog.titles : ""))[0];
    expect(titles({ groups: ["installer"] })).toBe("installers");
    expect(titles({ updates: ["Safari"] })).toBe("all");
    expect(titles({ groups: ["sucatalog"] })).toBe("all");
  });
});

describe("devicesFor()", () => {
  const counted = [{ model: "iPad6,8", os: "26.0", build: "23A341", count: 3 }];

  it("asks for groups by their name, and for firmware by its own models", () => {
    const options = parse({ groups: ["iPhone", "installer"], firmware: { models: ["Mac"] } });
    expect(devicesFor("pallas", options, counted).map(({ model, count }) => [model, count])).toEqual([
      ["iPad6,8", 3],
      ["iPhone", 0],
    ]);
    expect(devicesFor("firmware", options, counted).map(({ model }) => model)).toEqual(["Mac"]);
    const all = parse({ groups: ["firmware"], firmware: { models: ["Mac"] } });
    expect(devicesFor("firmware", all, counted)).toEqual([]);
  });
});

it("requireWants() refuses to plan for nothing", () => {
  expect(wantsAnything(parse({ budget: "1 GB", os: ["26"] }))).toBe(false);
  try {
    requireWants(parse({}));
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      code: "CONFIG_NOTHING_WANTED",
      message: expect.stringContaining("nothing is asked for"),
      state: "nothing was fetched",
      next: expect.stringContaining("larder precache plan --model"),
    });
  }
  requireWants(parse({ apps: ["Keynote"] }));
  expect(choiceOf(parse({ catalogs: [{ kind: "plan-file", url: "x" }] })).wholeCatalogs).toEqual(["plan-file"]);
});

it.each<[PrecacheInput, boolean, boolean]>([
  [{}, false, false],
  [{ groups: ["app"] }, true, true],
  [{ firmware: { models: ["Mac"] } }, true, true],
  [{ apps: ["Keynote"] }, true, true],
  [{ updates: ["Safari"] }, true, true],
  [{ models: ["iPad6,8"] }, true, true],
  [{ devices: [{ kind: "csv", path: "x" }] }, true, false],
  [{ catalogs: [{ kind: "url-list", url: "x" }] }, true, true],
  [{ catalogs: [{ kind: "mesu" }] }, false, false],
])("%j asks for something: %s, without an inventory: %s", (said, anything, beside) => {
  expect([wantsAnything(parse(said)), wantsBesideInventories(parse(said))]).toEqual([anything, beside]);
});

it("isAdminsList() knows the lists an admin wrote", () => {
  expect((["url-list", "plan-file", "mesu"] as const).map(isAdminsList)).toEqual([true, true, false]);
});

describe("mayBeWanted()", () => {
  const counted = (model: string) => [{ model, os: undefined, build: undefined, count: 1 }];
  const pad = { group: "iPad", models: ["iPad6,8"] } as const;
  const wanted = (said: PrecacheInput, model: string | undefined, more: object) =>
    mayBeWanted(parse(said), model === undefined ? [] : counted(model))(anAsset("https://swcdn.apple.com/x", more));

  it.each([
    ["IPAD6,8", pad, true],
    ["iPad6,7", pad, false],
    ["iPad", pad, true],
    ["iPhone", pad, false],
    ["iPad6,8", { ...pad, models: ["iPad6,7", "iPad6,8"] }, true],
    ["iPad6,7", { ...pad, models: [] }, true],
    ["iPad6,8", { ...pad, firmware: true }, false],
    [undefined, { ...pad, models: [] }, false],
  ])("takes what devices %s may wait for: %j, %s", (model, more, expected) => {
    expect(wanted({}, model, more)).toBe(expected);
  });

  it("takes what is named, or may be", () => {
    expect(wanted({ groups: ["iPad"] }, undefined, pad)).toBe(true);
    expect(wanted({ apps: ["Keynote"] }, undefined, { group: "app", unread: "403" })).toBe(true);
    expect(wanted({ updates: ["Keynote"] }, undefined, { group: "app", unread: "403" })).toBe(false);
  });
});

describe("requestLayer()", () => {
  const file = {
    models: ["iPad6,8"],
    groups: ["installer"],
    budget: "100 GB",
    concurrency: 8,
    firmware: { models: ["iPad6,8"], destination: "/ipsw" },
    catalogs: [{ kind: "sofa" }, { kind: "url-list", url: "list" }],
  };
  const resolve = (said: PrecacheInput) =>
    resolveSettings(z.strictObject(precacheShape), [
      { kind: "flag", name: "command line", ...requestLayer(said) },
      { kind: "file", name: "f", values: { precache: file } },
    ]);
  const laidOver = (said: PrecacheInput) => resolve(said).settings.precache;

  it("replaces what the settings want when the command line wants something, and keeps the rest", () => {
    expect(laidOver({ groups: ["iPhone"] })).toMatchObject({
      models: [],
      groups: ["iPhone"],
      budget: 100e9,
      concurrency: 8,
      firmware: { models: [], destination: "/ipsw" },
      catalogs: [{ kind: "sofa" }],
    });
  });

  it("keeps what the settings want when it says only how", () => {
    const laid = laidOver({ budget: "1 GB", firmware: { models: [], destination: "/other" } });
    expect(laid).toMatchObject({ budget: 1e9, groups: ["installer"] });
    expect(laid.firmware).toEqual({ models: ["iPad6,8"], destination: "/other" });
    expect(laid.catalogs).toHaveLength(2);
    expect(laidOver({})).toEqual(parse(file as PrecacheInput));
  });

  it("takes a list or firmware as the whole of what is wanted, and knows which catalogue came from where", () => {
    const { settings, origins } = resolve({ catalogs: [{ kind: "plan-file", url: "p" }] });
    expect(settings.precache.catalogs.map(({ kind }) => kind)).toEqual(["sofa", "plan-file"]);
    expect(settings.precache.models).toEqual([]);
    expect(["[0].base", "[1].url"].map((at) => originOf(origins, `precache.catalogs${at}`).kind)).toEqual([
      "file",
      "flag",
    ]);
    const firmware = laidOver({ firmware: { models: ["Mac"] } });
    expect(firmware).toMatchObject({ models: [], firmware: { models: ["Mac"], destination: "/ipsw" } });
  });

  it.each<PrecacheInput>([{ concurrency: 900 }, { budget: "lots" }, { until: "25:00" }, { splay: "soon" }])(
    "says that the command line is wrong, not the file: %j",
    (over) => {
      try {
        laidOver(over);
        expect.unreachable();
      } catch (error) {
        expect(errorCode(error)).toBe("USAGE");
        expect(String(error)).toContain(`Cannot use the command line: precache.${Object.keys(over)[0]}: `);
      }
    },
  );
});
