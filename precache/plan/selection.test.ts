import { describe, expect, it } from "vitest";
import { errorCode } from "../../core/errors.ts";
import { overlayOptions, type PrecacheInput, precacheOptions } from "../options.ts";
import { catalogsFor, choiceOf, devicesFor, requireWants, wantsAnything } from "./selection.ts";

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
    expect(kinds({ catalogs: [{ kind: "url-list", url: "x" }] })).toEqual(["url-list"]);
    expect(kinds({})).toEqual([]);
  });

  it("adds none where one that does the same is named", () => {
    expect(kinds({ models: ["iPad6,8"], catalogs: [{ kind: "mesu" }] })).toEqual(["mesu"]);
    expect(kinds({ groups: ["installer"], catalogs: [{ kind: "sofa" }] })).toEqual(["sofa"]);
  });

  it("reads the titles of all updates only when updates are wanted", () => {
    const titles = (input: PrecacheInput): unknown =>
      catalogsFor(parse(input)).map((catalog) => (catalog.kind === "sucatalog" ? catalog.titles : ""))[0];
    expect(titles({ groups: ["installer"] })).toBe("installers");
    expect(titles({ updates: ["Safari"] })).toBe("all");
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
    expect(devicesFor("firmware", parse({ groups: ["firmware"] }), counted)).toEqual([]);
  });
});

it("requireWants() refuses to plan for nothing", () => {
  expect(wantsAnything(parse({ budget: "1 GB", os: ["26"] }))).toBe(false);
  try {
    requireWants(parse({}));
    expect.unreachable();
  } catch (error) {
    expect(errorCode(error)).toBe("CONFIG_NOTHING_WANTED");
  }
  expect(choiceOf(parse({ catalogs: [{ kind: "plan-file", url: "x" }] })).wholeCatalogs).toEqual(["plan-file"]);
});

describe("overlayOptions()", () => {
  const settings = parse({
    models: ["iPad6,8"],
    groups: ["installer"],
    budget: "100 GB",
    concurrency: 8,
    firmware: { models: ["iPad6,8"], destination: "/ipsw" },
    catalogs: [{ kind: "sofa" }, { kind: "url-list", url: "list" }],
  });

  it("replaces what the settings want when the command line wants something, and keeps the rest", () => {
    expect(overlayOptions(settings, { groups: ["iPhone"] })).toMatchObject({
      models: [],
      groups: ["iPhone"],
      budget: 100e9,
      concurrency: 8,
      firmware: { models: [], destination: "/ipsw" },
      catalogs: [{ kind: "sofa" }],
    });
  });

  it("keeps what the settings want when it says only how", () => {
    const laid = overlayOptions(settings, { budget: "1 GB", firmware: { models: [], destination: "/other" } });
    expect(laid).toMatchObject({
      models: ["iPad6,8"],
      budget: 1e9,
      firmware: { models: ["iPad6,8"], destination: "/other" },
    });
    expect(laid.catalogs).toHaveLength(2);
    expect(overlayOptions(settings, {})).toEqual(settings);
  });

  it("takes a list or firmware as the whole of what is wanted", () => {
    const list = overlayOptions(settings, { catalogs: [{ kind: "plan-file", url: "p" }] });
    expect(list.catalogs.map(({ kind }) => kind)).toEqual(["sofa", "plan-file"]);
    expect(list.models).toEqual([]);
    const firmware = overlayOptions(settings, { firmware: { models: ["Mac"] } });
    expect(firmware).toMatchObject({ models: [], firmware: { models: ["Mac"], destination: "/ipsw" } });
  });

  it("says which value is wrong", () => {
    for (const over of [{ concurrency: 900 }, { budget: "lots" }, { until: "25:00" }, { splay: "soon" }]) {
      try {
        overlayOptions(settings, over);
        expect.unreachable();
      } catch (error) {
        expect(errorCode(error)).toBe("USAGE");
        expect(String(error)).toContain(Object.keys(over)[0]);
      }
    }
  });
});
