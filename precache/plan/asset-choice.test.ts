import { describe, expect, it } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import type { Asset } from "../words/asset.ts";
import { type AssetChoice, chosenBecause, isDeviceAsset, mayBeNamed, NO_CHOICE } from "./asset-choice.ts";

const asset = (more: Partial<Asset>): Asset => anAsset("https://swcdn.apple.com/x/file.pkg", more);
const because = (more: Partial<Asset>, choice: Partial<AssetChoice>) =>
  chosenBecause(asset(more), { ...NO_CHOICE, ...choice });

it("NO_CHOICE asks for nothing by name", () => {
  expect(NO_CHOICE).toEqual({
    ...{ groups: [], firmware: [], apps: [], updates: [], wholeCatalogs: [], os: [], exclude: [] },
    ...{ newestOnly: false, betas: false },
  });
});

it.each<[Partial<Asset>, boolean]>([
  [{ group: "iPad" }, true],
  [{ group: "iPad", firmware: true }, false],
  [{ group: "other", models: ["Watch6,1"] }, true],
  [{ group: "other", models: [] }, false],
  [{ group: "other", models: ["Watch6,1"], firmware: true }, false],
  [{ group: "app", models: ["iPad6,8"] }, false],
])("isDeviceAsset() of %j: %s", (more, expected) => {
  expect(isDeviceAsset(asset(more))).toBe(expected);
});

describe("chosenBecause()", () => {
  const firmware = { group: "firmware", firmware: true, models: ["iPad6,8", "iPad6,7"] } as const;
  const keynote = { group: "app", title: "Keynote 14.1 (7040)" } as const;
  const sonoma = {
    group: "installer",
    title: "macOS Sonoma 14.1: InstallAssistant.pkg",
    product: "042-58988",
  } as const;
  const safari = { group: "sucatalog", title: "Safari 17.1", product: "042-2" } as const;

  it.each<[Partial<Asset>, Partial<AssetChoice>, string | undefined]>([
    [{ catalogs: ["mesu", "url-list"] }, { wholeCatalogs: ["plan-file", "url-list"] }, "named in the url-list"],
    [{ catalogs: ["mesu"] }, { wholeCatalogs: ["plan-file", "url-list"] }, undefined],
    [firmware, { firmware: ["iPad6,8"] }, "firmware of iPad6,8"],
    [firmware, { firmware: ["iPad6,7", "iPad6,8", "iPad", "iPhone"] }, "firmware of iPad6,7, iPad6,8, iPad"],
    [
      { ...firmware, models: ["iPad6,7", "iPad6,8", "iPad6,3", "iPad6,4"] },
      { firmware: ["iPad6,7", "iPad6,8", "iPad6,3", "iPad6,4"] },
      "firmware of iPad6,7, iPad6,8, iPad6,3",
    ],
    [firmware, { firmware: ["iPhone"], groups: ["firmware"] }, "group firmware"],
    [firmware, { firmware: ["iPhone"], groups: ["iPad"] }, undefined],
    [{ ...firmware, title: "Keynote", group: "app" }, { apps: ["Keynote"], groups: ["app"] }, undefined],
    [{ group: "firmware" }, { firmware: ["iPad"] }, undefined],
    [keynote, { apps: ["Pages", "keynote"] }, "app keynote"],
    [keynote, { apps: ["Key"] }, undefined],
    [keynote, { apps: [""] }, undefined],
    [keynote, { apps: ["Keynote 14.1"] }, "app Keynote 14.1"],
    [keynote, { updates: ["Keynote"] }, undefined],
    [keynote, { groups: ["app"] }, "group app"],
    [keynote, { groups: ["installer"] }, undefined],
    [sonoma, { apps: ["macossonoma"] }, "app macossonoma"],
    [sonoma, { apps: ["macOS"] }, undefined],
    [sonoma, { apps: ["macOS Sonoma 14.1"] }, "app macOS Sonoma 14.1"],
    [sonoma, { apps: ["042-58988"] }, "app 042-58988"],
    [sonoma, { apps: ["x"] }, "app x"],
    [sonoma, { apps: ["file.pkg"] }, undefined],
    [sonoma, { apps: [" X "] }, undefined],
    [sonoma, { updates: ["installassistant"] }, "update installassistant"],
    [sonoma, { updates: [" "] }, undefined],
    [safari, { apps: ["Safari"] }, undefined],
    [safari, { updates: ["afari"] }, "update afari"],
    [safari, { updates: ["042-2"] }, "update 042-2"],
    [safari, { updates: ["042"] }, undefined],
    [{ group: "app", title: "C++ (1)" }, { apps: ["c++"] }, "app c++"],
    [{ group: "app", title: "Ccc" }, { apps: ["c+"] }, undefined],
    [{ group: "app", title: "Keynote" }, { apps: ["Keynote"] }, "app Keynote"],
    [{ group: "app", title: "Keynote: a.pkg" }, { apps: ["Keynote"] }, "app Keynote"],
    [{ group: "app", title: "My Keynote" }, { apps: ["Keynote"] }, undefined],
    [{ group: "app", title: "Keynote 14 for all" }, { apps: ["Keynote"] }, "app Keynote"],
    [{ group: "app", title: "Keynote for all" }, { apps: ["Keynote"] }, undefined],
    [{ group: "other", title: "Keynote" }, { apps: ["Keynote"], updates: ["Keynote"] }, undefined],
  ])("of %j by %j: %s", (more, choice, expected) => {
    expect(because(more, choice)).toBe(expected);
  });

  it("prefers the list, then the app, then the update, then the group", () => {
    const all = { apps: ["macOS Sonoma"], updates: ["Sonoma"], groups: ["installer"] } as const;
    expect(because(sonoma, { ...all, wholeCatalogs: ["made-up"] })).toBe("named in the made-up");
    expect(because(sonoma, all)).toBe("app macOS Sonoma");
    expect(because(sonoma, { ...all, apps: [] })).toBe("update Sonoma");
  });
});

describe("mayBeNamed()", () => {
  const unread = { group: "installer", unread: "403", title: "042-1: InstallAssistant.pkg" } as const;
  const sonoma = { ...unread, system: "14", title: "macOS Sonoma (042-1): InstallAssistant.pkg" } as const;

  it.each<[Partial<Asset>, Partial<AssetChoice>, boolean]>([
    [unread, { apps: ["anything"] }, true],
    [unread, { updates: ["anything"] }, true],
    [unread, {}, false],
    [{ ...unread, title: "Safari (042-1): a.pkg" }, { apps: ["anything"] }, true],
    [{ ...unread, firmware: true }, { apps: ["anything"] }, false],
    [{ group: "installer", title: "macOS" }, { apps: ["anything"] }, false],
    [{ ...unread, group: "app" }, { apps: ["anything"] }, true],
    [{ ...unread, group: "app" }, { updates: ["anything"] }, false],
    [{ ...unread, group: "sucatalog" }, { apps: ["anything"] }, false],
    [{ ...unread, group: "sucatalog" }, { updates: ["anything"] }, true],
    [sonoma, { apps: ["Mac OS sonoma 14.1"] }, true],
    [sonoma, { apps: ["macOS Ventura", "macOS Sonoma"] }, true],
    [sonoma, { apps: ["macOS Ventura 13"] }, false],
    [sonoma, { updates: ["macOS Ventura", "macOS Sonoma 14"] }, true],
    [sonoma, { updates: ["Sonoma"] }, false],
    [{ ...sonoma, title: "macOS" }, { apps: ["anything"] }, true],
  ])("of %j by %j: %s", (more, choice, expected) => {
    expect(mayBeNamed(asset(more), { ...NO_CHOICE, ...choice })).toBe(expected);
  });
});
