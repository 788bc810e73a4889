import { describe, expect, it } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import type { Asset, DeviceCount } from "../words/asset.ts";
import { type DeltaRule, waitingDevices } from "./waiting-devices.ts";

const asset = (title: string, more: Partial<Asset> = {}): Asset =>
  anAsset(`https://updates.cdn-apple.com/${title}.zip`, {
    ...{ title, group: "iPad", version: "26.1", build: "23B85", models: ["iPad6,8"], ...more },
  });
const device = (more: Partial<DeviceCount> = {}): DeviceCount => ({
  ...{ model: "iPad6,8", os: "26.0", build: "23A341", count: 1, ...more },
});
/** Title, devices and reason of what is waited for. */
const waiting = (assets: readonly Asset[], devices: readonly DeviceCount[], deltas: DeltaRule = "exact") =>
  [...waitingDevices(assets, devices, deltas)].map(([{ title }, { devices: count, why }]) => [title, count, why]);

describe("waitingDevices()", () => {
  const full = asset("full");
  const own = asset("own", { fromBuilds: ["22A1", "23A341"] });
  const other = asset("other", { fromBuilds: ["22A1"] });
  const assets = [full, own, other];

  it.each<[Partial<DeviceCount>, DeltaRule, unknown[]]>([
    [{}, "exact", [["own", 1, "own delta"]]],
    [{}, "none", [["full", 1, "full, no delta"]]],
    [
      {},
      "all",
      [
        ["own", 1, "own delta"],
        ["other", 0, "every delta"],
      ],
    ],
    [{ build: "23A342" }, "exact", [["full", 1, "full, no delta"]]],
    [
      { build: undefined },
      "exact",
      [
        ["full", 1, "full, builds unknown"],
        ["own", 0, "delta, builds unknown"],
        ["other", 0, "delta, builds unknown"],
      ],
    ],
    [
      { build: undefined },
      "all",
      [
        ["full", 1, "full, builds unknown"],
        ["own", 0, "every delta"],
        ["other", 0, "every delta"],
      ],
    ],
    [{ build: undefined }, "none", [["full", 1, "full, builds unknown"]]],
    [{ build: "23B85", os: "26.1" }, "all", []],
    [{ build: undefined, os: "26.1" }, "exact", []],
    [
      { build: undefined, os: undefined },
      "exact",
      [
        ["full", 1, "full, builds unknown"],
        ["own", 0, "delta, builds unknown"],
        ["other", 0, "delta, builds unknown"],
      ],
    ],
    [{ build: "23B85", os: undefined }, "exact", []],
    [{ model: "iPad6,7" }, "exact", []],
    [{ model: "ipad6_8" }, "exact", []],
    [{ model: "IPAD6,8" }, "exact", [["own", 1, "own delta"]]],
  ])("gives %j by the rule %s: %j", (more, deltas, expected) => {
    expect(waiting(assets, [device(more)], deltas)).toEqual(expected);
  });

  it("adds up devices, and the surest of them says why", () => {
    const unknown = device({ build: undefined, count: 5 });
    expect(waiting(assets, [unknown, device({ count: 2 }), device({ count: 3 })])).toEqual([
      ["full", 5, "full, builds unknown"],
      ["own", 5, "own delta"],
      ["other", 0, "delta, builds unknown"],
    ]);
    expect(waiting([own], [device({ count: 2 }), unknown])).toEqual([["own", 2, "own delta"]]);
  });

  it("gives one asset of each version, and whatever names no version", () => {
    const others = [
      asset("26.2", { version: "26.2", build: "23C1" }),
      asset("a build", { version: undefined, build: "23D1" }),
      asset("its delta", { version: undefined, build: "23D1", fromBuilds: ["23A341"] }),
      asset("nothing", { version: undefined, build: undefined }),
      asset("neither", { version: undefined, build: undefined, fromBuilds: ["23A341"] }),
    ];
    expect(waiting([...assets, ...others], [device()]).map(([title]) => title)).toEqual([
      "own",
      "26.2",
      "its delta",
      "nothing",
      "neither",
    ]);
    expect(waiting(others, [device({ build: undefined })], "none").map(([title]) => title)).toContain("nothing");
  });

  it("gives the delta to the first final build only where no later build replaces it", () => {
    const again = asset("again", { build: "23B87" });
    expect(waiting([full, own, again], [device()])).toEqual([["again", 1, "full, no delta"]]);
    expect(waiting([full, own, again], [device({ build: undefined })])).toEqual([["again", 1, "full, builds unknown"]]);
  });

  it("finds what names no model by the group of the device", () => {
    const pad = asset("any iPad", { models: [] });
    const phone = asset("any iPhone", { models: [], group: "iPhone" });
    const named = (model: string) => waiting([pad, phone], [device({ model })]).map(([title]) => title);
    expect(named("iPad6,8")).toEqual(["any iPad"]);
    expect(named("iPad")).toEqual(["any iPad"]);
    expect(named("iPhone17,1")).toEqual(["any iPhone"]);
    expect(named("Toaster1,1")).toEqual([]);
  });

  it("finds every model of a family that was named alone", () => {
    const all = [
      asset("iPad6,8"),
      asset("iPad6,8 and iPad6,7", { models: ["iPad6,8", "iPad6,7"], version: "26.2", build: "23C1" }),
      asset("MacBookPro18,13", { models: ["MacBookPro18,13"], group: "Mac" }),
      asset("Mac14,2", { models: ["Mac14,2"], group: "Mac" }),
      asset("iPhone17,1", { models: ["iPhone17,1"], group: "iPhone" }),
    ];
    const named = (model: string) =>
      waiting(all, [device({ model, build: undefined, os: undefined })]).map(([title]) => title);
    expect(named("iPad")).toEqual(["iPad6,8", "iPad6,8 and iPad6,7"]);
    expect(named("mac")).toEqual(["MacBookPro18,13", "Mac14,2"]);
    expect(named("MacBookPro")).toEqual(["MacBookPro18,13"]);
    expect(named("iPa")).toEqual([]);
  });

  it("gives devices nothing that they do not ask for", () => {
    const all = [asset("ipsw", { firmware: true }), asset("app", { group: "app", models: ["iPad6,8"] })];
    expect(waiting(all, [device()])).toEqual([]);
  });
});
