import { describe, expect, it } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import type { Asset } from "../words/asset.ts";
import { type AssetChoice, NO_CHOICE } from "./asset-choice.ts";
import { isListed, judgeAssets } from "./judge.ts";

let serial = 0;
const asset = (more: Partial<Asset>): Asset => anAsset(`https://updates.cdn-apple.com/${serial++}.zip`, more);
const LIST = ["url-list"];

/** What becomes of one asset: `in`, `out`, or the reason why it is not judged or left out. */
function fateOf(more: Partial<Asset>, choice: Partial<AssetChoice>): string {
  return fatesOf([asset(more)], choice)[0]!;
}

function fatesOf(assets: readonly Asset[], choice: Partial<AssetChoice>): string[] {
  const { eligible, unjudged, leftOut } = judgeAssets(assets, { ...NO_CHOICE, ...choice });
  return assets.map((each) => {
    if (eligible.includes(each)) return "in";
    const why = unjudged.get(each);
    if (why !== undefined) return `unjudged: ${why}`;
    const reason = leftOut.get(each);
    return reason === undefined ? "out" : `left out: ${reason}`;
  });
}

describe("judgeAssets() by one asset", () => {
  const unread = { unread: "403", title: "042-1: a.pkg" };
  const listed = { catalogs: ["mesu", "url-list"] };

  it.each<[Partial<Asset>, Partial<AssetChoice>, string]>([
    [{}, {}, "in"],
    [{ beta: true }, {}, "out"],
    [{ beta: true }, { betas: true }, "in"],
    [{ title: "Install Assistant" }, { exclude: ["Pages", "ASSIST"] }, "out"],
    [{ title: "Install" }, { exclude: ["Assist"] }, "in"],
    [{ version: "26.1" }, { os: ["25", "26"] }, "in"],
    [{ version: "26.1" }, { os: ["25"] }, "out"],
    [{}, { os: ["26"] }, "unjudged: version unknown, and only some are wanted"],
    [{ system: "Later" }, { os: ["26"] }, "unjudged: version unknown, and only some are wanted"],
    [{ system: "26 or so" }, { os: ["26"] }, "unjudged: version unknown, and only some are wanted"],
    [{ system: "v26" }, { os: ["26"] }, "unjudged: version unknown, and only some are wanted"],
    [{ system: "26" }, { os: ["26"] }, "in"],
    [{ system: "26" }, { os: ["26.1"] }, "unjudged: version unknown, and only some are wanted"],
    [{ system: "26" }, { os: ["26.1", "26"] }, "in"],
    [{ system: "26" }, { os: ["9.9.26"] }, "in"],
    [{ system: "26" }, { os: ["25", "2"] }, "out"],
    [unread, {}, "unjudged: title unread, so it may be a beta"],
    [unread, { betas: true }, "in"],
    [{ ...unread, system: "26" }, {}, "in"],
    [{ ...unread, system: "26" }, { exclude: ["x"] }, "unjudged: title unread, and some are excluded"],
    [unread, { betas: true, exclude: ["x"] }, "unjudged: title unread, and some are excluded"],
    [unread, { os: ["26"] }, "unjudged: version unknown, and only some are wanted"],
    [{ ...unread, beta: true }, {}, "out"],
  ])("%j by %j: %s", (more, choice, fate) => {
    expect(fateOf(more, choice)).toBe(fate);
  });

  it.each<[Partial<Asset>, Partial<AssetChoice>, string]>([
    [{ beta: true }, {}, "left out: a beta, betas"],
    [{ title: "Install" }, { exclude: ["x", "INST"] }, 'left out: its title holds "INST", exclude'],
    [{ version: "26.1" }, { os: ["25"] }, "left out: of another version, os"],
    [{}, { os: ["25"] }, "in"],
    [unread, { exclude: ["x"] }, "in"],
    [{ system: "26" }, { os: ["25"] }, "left out: of another version, os"],
  ])("of an admin's list %j by %j: %s", (more, choice, fate) => {
    expect(fateOf({ ...listed, ...more }, { wholeCatalogs: LIST, ...choice })).toBe(fate);
  });

  it("knows what an admin's list names", () => {
    expect(isListed(asset(listed), { ...NO_CHOICE, wholeCatalogs: ["plan-file", "url-list"] })).toBe(true);
    expect(isListed(asset(listed), { ...NO_CHOICE, wholeCatalogs: ["plan-file"] })).toBe(false);
  });
});

describe("judgeAssets() for the newest", () => {
  const newest = (assets: readonly Partial<Asset>[], choice: Partial<AssetChoice> = {}) =>
    fatesOf(assets.map(asset), { newestOnly: true, ...choice });

  it("keeps the highest version of each model, and both builds of it where neither replaces the other", () => {
    expect(
      newest([
        { models: ["a"], version: "26.1", build: "23B85" },
        { models: ["a", "b"], version: "26.0", build: "23A1" },
        { models: ["a"], version: "26.0" },
        { models: ["a"], version: "26.1", build: "23B86" },
      ]),
    ).toEqual(["out", "in", "out", "in"]);
  });

  it("keeps every version where nobody asked for the newest", () => {
    expect(
      newest(
        [
          { models: ["a"], version: "26.1" },
          { models: ["a"], version: "26.0" },
        ],
        { newestOnly: false },
      ),
    ).toEqual(["in", "in"]);
  });

  it("does not compare firmware, groups, or the dated with others", () => {
    expect(
      newest([
        { models: ["a"], version: "26.1" },
        { models: ["a"], version: "26.0", firmware: true },
        { models: ["a"], version: "26.0", group: "iPad" },
        { models: ["a"], postedMs: 1 },
      ]),
    ).toEqual(["in", "in", "in", "in"]);
  });

  it("compares what names no model by its title without numbers, spaces and case", () => {
    expect(
      newest([
        { title: "Keynote 14.1 (7040)", version: "14.1" },
        { title: "KEYNOTE  (7000) 14.0", version: "14.0" },
        { title: "Key note 13", version: "13" },
        { title: "Pages 13", version: "13" },
        { title: "1 Pages", version: "12" },
        { title: "macOS 14 Sonoma", version: "14" },
        { title: "macOS Sonoma", version: "15" },
      ]),
    ).toEqual(["in", "out", "in", "in", "out", "out", "in"]);
  });

  it("compares by date where no version is known", () => {
    expect(
      newest([
        { title: "A 1", postedMs: 5 },
        { title: "A 2", postedMs: 7 },
        { title: "A 3" },
        { title: "B" },
        { title: "B 2" },
        { title: "A 4", postedMs: 6 },
      ]),
    ).toEqual(["out", "in", "out", "in", "in", "out"]);
    expect(
      newest([
        { models: ["a", "b"], postedMs: 5 },
        { models: ["b"], postedMs: 7 },
        { models: ["b"], postedMs: 6 },
      ]),
    ).toEqual(["in", "in", "out"]);
  });

  it("cannot judge what has no title by its date, unless a list names it", () => {
    const unknown = "unjudged: version unknown, and only the newest is wanted";
    const all = [
      { title: "042-1: a.pkg", product: "042-1", postedMs: 9 },
      { title: "x", unread: "403", system: "26" },
      { title: "042-1: a.pkg", product: "042-2", postedMs: 8 },
      { title: "042-3: a.pkg", product: "042-3", catalogs: LIST },
      { title: "042-4: a.pkg", product: "042-4", version: "1" },
    ];
    const fates = [unknown, unknown, "out", "left out: not the newest, newestOnly", "in"];
    expect(newest(all, { wholeCatalogs: LIST })).toEqual(fates);
  });

  it("says what of a list is not the newest", () => {
    expect(
      newest(
        [
          { models: ["a"], version: "26.0", catalogs: LIST },
          { models: ["a"], version: "26.1" },
        ],
        { wholeCatalogs: LIST },
      ),
    ).toEqual(["left out: not the newest, newestOnly", "in"]);
  });
});
