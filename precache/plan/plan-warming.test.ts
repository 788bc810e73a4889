import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { anAsset } from "../../fixtures/assets.ts";
import type { Asset, DeviceCount } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import { familyOf } from "../words/model.ts";
import { type AssetChoice, NO_CHOICE } from "./asset-choice.ts";
import {
  compareWanted,
  leftOutSentences,
  leftSentences,
  type PlanInput,
  planTotals,
  planWarming,
  unjudgedSentences,
} from "./plan-warming.ts";

let serial = 0;
const asset = (more: Partial<Asset> = {}): Asset =>
  anAsset(`https://updates.cdn-apple.com/a/${serial++}.zip`, {
    group: "iPad",
    sizeBytes: 1000,
    version: "26.1",
    build: "23B85",
    models: ["iPad6,8"],
    ...more,
  });
const device = (more: Partial<DeviceCount> = {}): DeviceCount => ({
  model: "iPad6,8",
  os: "26.0",
  build: "23A341",
  count: 1,
  ...more,
});
const input = (more: Partial<Omit<PlanInput, "choice">> & { choice?: Partial<AssetChoice> }): PlanInput => ({
  assets: [],
  devices: [],
  deltas: "exact",
  held: new Map(),
  limits: { budgetBytes: undefined, roomBytes: undefined },
  ...more,
  choice: { ...NO_CHOICE, ...more.choice },
});
const warmed = (plan: ReturnType<typeof planWarming>): string[] =>
  plan.items.filter(({ decision }) => decision === "warm").map(({ asset: { title } }) => title);

describe("planWarming() by devices", () => {
  const full = asset({ title: "full" });
  const delta = asset({ title: "delta", fromBuilds: ["23A341"], sizeBytes: 100 });
  const other = asset({ title: "other delta", fromBuilds: ["22G86"], sizeBytes: 100 });
  const assets = [full, delta, other];

  it("takes a device's own delta and not the full image", () => {
    expect(warmed(planWarming(input({ assets, devices: [device()] })))).toEqual(["delta"]);
  });

  it("takes the full image for a build no delta is made for", () => {
    const plan = planWarming(input({ assets, devices: [device({ build: "21A1", count: 7 })] }));
    expect(plan.items.map(({ asset: { title }, devices, why }) => [title, devices, why])).toEqual([
      ["full", 7, "full, no delta"],
    ]);
  });

  it("takes the full image and every delta where builds are unknown, and counts nobody for the deltas", () => {
    const plan = planWarming(input({ assets, devices: [device({ build: undefined, count: 7 })] }));
    expect(plan.items.map(({ asset: { title }, devices }) => [title, devices])).toEqual([
      ["full", 7],
      ["delta", 0],
      ["other delta", 0],
    ]);
  });

  it("obeys the delta rule", () => {
    expect(warmed(planWarming(input({ assets, devices: [device()], deltas: "none" })))).toEqual(["full"]);
    expect(warmed(planWarming(input({ assets, devices: [device()], deltas: "all" })))).toEqual([
      "delta",
      "other delta",
    ]);
  });

  it("matches one file that serves several builds", () => {
    const shared = asset({ title: "shared", fromBuilds: ["22A1", "23A341"] });
    expect(warmed(planWarming(input({ assets: [shared], devices: [device()] })))).toEqual(["shared"]);
  });

  it("plans nothing for devices that have the build, or a newer version", () => {
    const there = [device({ build: "23B85", os: "26.1" }), device({ build: "23C1", os: "26.2" })];
    expect(planWarming(input({ assets: [full], devices: there })).items).toEqual([]);
  });

  it("takes the second build of a version for nobody who has the first", () => {
    const twin = asset({ build: "23B6085" });
    expect(planWarming(input({ assets: [twin], devices: [device({ os: "26.1", build: "23B85" })] })).items).toEqual([]);
  });

  describe("with release candidates and betas of one version", () => {
    const watch = (more: Partial<Asset>) => asset({ group: "Watch", models: ["Watch6,1"], ...more });
    const rc = watch({ title: "RC", version: "26.1 RC", build: "23S36", beta: true });
    const final = watch({ title: "final", version: "26.1", build: "23S37" });
    const rcDelta = watch({
      title: "RC delta",
      version: "26.1 RC",
      build: "23S36",
      fromBuilds: ["18R382"],
      beta: true,
    });
    const delta = watch({ title: "final delta", version: "26.1", build: "23S37", fromBuilds: ["18R382"] });
    const all = [rc, final, rcDelta, delta];
    const plan = (os: string, build: string, choice: Partial<AssetChoice> = {}) =>
      warmed(planWarming(input({ assets: all, devices: [device({ model: "Watch6,1", os, build })], choice })));

    it.each([{}, { betas: true }, { newestOnly: true }, { betas: true, newestOnly: true }])("%o", (choice) => {
      expect(plan("26.1", "23S37", choice)).toEqual([]);
      expect(plan("26.1", "23S36", choice)).toEqual(["final"]);
      expect(plan("11.6", "18R382", choice)).toEqual(["final delta"]);
      expect(plan("26.0", "23R352", choice)).toEqual(["final"]);
    });

    it("takes only the newest beta while nothing is final, and the candidate before it", () => {
      const betas = ["26.2 beta", "26.2 beta 2", "26.2 RC"].map((version, i) =>
        watch({ title: version, version, build: `23S50${i}0a`, beta: true }),
      );
      const from = (assets: Asset[]) =>
        warmed(
          planWarming(
            input({
              assets,
              choice: { betas: true },
              devices: [device({ model: "Watch6,1", os: "26.1", build: "23S37" })],
            }),
          ),
        );
      expect(from(betas)).toEqual(["26.2 RC"]);
      expect(from(betas.slice(0, 2))).toEqual(["26.2 beta 2"]);
    });
  });

  it("takes a version that was built again for those who have its first build", () => {
    const again = asset({ build: "23B87", title: "again" });
    const first = asset({ build: "23B85", title: "first" });
    const plan = (build: string) =>
      warmed(planWarming(input({ assets: [first, again], devices: [device({ os: "26.1", build })] })));
    expect([plan("23B85"), plan("23B87"), plan("23B6085")]).toEqual([["again"], [], []]);
    expect(
      warmed(planWarming(input({ assets: [first, again], devices: [device()], choice: { newestOnly: true } }))),
    ).toEqual(["again"]);
  });

  it("knows a family given by hand, and never a prefix of a model", () => {
    const six = asset({ title: "6,1", models: ["iPad6,1"] });
    const eleven = asset({ title: "6,11", models: ["iPad6,11"] });
    const by = (model: string): string[] =>
      warmed(
        planWarming(input({ assets: [six, eleven], devices: [device({ model, build: undefined, os: undefined })] })),
      );
    expect(by("iPad6,1")).toEqual(["6,1"]);
    expect(by("iPad6,11")).toEqual(["6,11"]);
    expect(by("iPad").sort()).toEqual(["6,1", "6,11"]);
    expect(by("iPhone")).toEqual([]);
  });

  it("strips the 9.9. of full images when it compares versions", () => {
    const old = asset({ version: "9.9.26.0", title: "old" });
    const fresh = asset({ version: "9.9.26.1", title: "new" });
    expect(warmed(planWarming(input({ assets: [old, fresh], devices: [device()] })))).toEqual(["new"]);
  });

  it("counts a device for one asset of a version, whichever catalogue named it", () => {
    const again = { ...full, url: full.url.replace("https:", "http:"), catalogs: ["mesu"], digest: undefined };
    const plan = planWarming(input({ assets: [again, full, again], devices: [device({ build: "21A1", count: 3 })] }));
    expect(plan.items.map(({ devices }) => devices)).toEqual([3]);
  });
});

describe("planWarming() by name", () => {
  const named = (choice: Partial<AssetChoice>, assets: readonly Asset[]): string[] =>
    warmed(planWarming(input({ assets, choice })));
  const keynote = asset({ title: "Keynote 3.2", group: "app", models: [], version: "3.2" });
  const sonoma = asset({
    title: "macOS Sonoma 14.1",
    group: "installer",
    models: [],
    version: "14.1",
    product: "042-1",
  });
  const older = asset({ title: "macOS Sonoma 14.0", group: "installer", models: [], version: "14.0" });
  const update = asset({ title: "Safari 17.1", group: "sucatalog", models: [], version: "17.1", product: "042-2" });
  const ipsw = asset({ title: "ipsw", group: "firmware", firmware: true, models: ["iPad6,8"] });

  it("takes groups, apps, updates by id and by word, and lists as they are", () => {
    const all = [keynote, sonoma, older, update];
    expect(named({ groups: ["app"] }, all)).toEqual(["Keynote 3.2"]);
    expect(named({ apps: ["keynote"] }, all)).toEqual(["Keynote 3.2"]);
    expect(named({ apps: ["Key"] }, all)).toEqual([]);
    expect(named({ apps: ["macOS Sonoma"] }, all)).toHaveLength(2);
    expect(named({ updates: ["042-1"] }, all)).toEqual(["macOS Sonoma 14.1"]);
    expect(named({ updates: ["safari"] }, all)).toEqual(["Safari 17.1"]);
    expect(
      named({ wholeCatalogs: ["url-list"] }, [asset({ title: "x", group: "other", catalogs: ["url-list"] })]),
    ).toEqual(["x"]);
  });

  it("takes firmware only where it was asked for, never for a waiting device", () => {
    expect(planWarming(input({ assets: [ipsw], devices: [device()] })).items).toEqual([]);
    expect(named({ groups: ["iPad"] }, [ipsw])).toEqual([]);
    expect(named({ firmware: ["iPad6,8"] }, [ipsw])).toEqual(["ipsw"]);
    expect(named({ firmware: ["iPad"] }, [ipsw])).toEqual(["ipsw"]);
    expect(named({ firmware: ["iPad6,81"] }, [ipsw])).toEqual([]);
  });

  it("calls firmware for many models by those it was asked for", () => {
    const mac = (model: string) =>
      asset({
        url: "https://updates.cdn-apple.com/x.ipsw",
        title: `Firmware 26.5 for ${model}`,
        version: "26.5",
        models: [model],
        group: "firmware",
        firmware: true,
      });
    const all = ["VirtualMac2,1", "Mac14,2", "Mac14,3"].map(mac);
    expect(named({ firmware: ["Mac14,2"] }, all)).toEqual(["Firmware 26.5 for Mac14,2"]);
    expect(named({ firmware: ["Mac14,3", "Mac14,2"] }, all)).toEqual(["Firmware 26.5 for Mac14,2 and 1 more"]);
    expect(named({ groups: ["firmware"] }, all)).toEqual(["Firmware 26.5 for VirtualMac2,1 and 2 more"]);
    expect(named({ firmware: ["Mac14,2"] }, all.slice(0, 2))).toEqual(["Firmware 26.5 for Mac14,2"]);
    const nameless = asset({ ...all[0]!, version: undefined, models: ["Mac14,2", "Mac14,3"] });
    expect(named({ firmware: ["Mac14,2"] }, [nameless])).toEqual([nameless.title]);
  });

  it("takes deltas of a group only where deltas are wanted", () => {
    const all = [asset({ title: "full" }), asset({ title: "delta", fromBuilds: ["23A341"], sizeBytes: 2000 })];
    const taken = (deltas: PlanInput["deltas"]) =>
      warmed(planWarming(input({ assets: all, deltas, choice: { groups: ["iPad"] } })));
    expect([taken("none"), taken("exact"), taken("all")]).toEqual([["full"], ["full", "delta"], ["full", "delta"]]);
  });

  it("says of what a cache holds how that is known, behind what is to be warmed", () => {
    const held = new Map([[assetKey(keynote.url), "in AssetInfo.db"]]);
    const { items } = planWarming(input({ assets: [keynote, sonoma], held, choice: { groups: ["app", "installer"] } }));
    expect(items.map(({ asset: { title }, decision, why }) => [title, decision, why])).toEqual([
      ["macOS Sonoma 14.1", "warm", "group installer"],
      ["Keynote 3.2", "cached", "in AssetInfo.db"],
    ]);
  });

  it("keeps only the newest of each model and product", () => {
    expect(named({ groups: ["installer"], newestOnly: true }, [older, sonoma])).toEqual(["macOS Sonoma 14.1"]);
    const a = asset({ title: "a", version: "26.1" });
    const b = asset({ title: "b", version: "9.9.26.2", models: ["iPad6,8", "iPad6,7"] });
    const c = asset({ title: "c", version: "18.7", models: ["iPad6,3"] });
    expect(named({ groups: ["iPad"], newestOnly: true }, [a, b, c]).sort()).toEqual(["b", "c"]);
  });

  it("leaves betas, excluded titles and other versions out", () => {
    const beta = asset({ title: "beta", beta: true });
    expect(named({ groups: ["iPad"] }, [beta])).toEqual([]);
    expect(named({ groups: ["iPad"], betas: true }, [beta])).toEqual(["beta"]);
    expect(named({ groups: ["app"], exclude: ["KEYNOTE"] }, [keynote])).toEqual([]);
    const versions = ["26.1", "26.61", "2.6"].map((version) => asset({ title: version, version }));
    expect(named({ groups: ["iPad"], os: ["26"] }, versions).sort()).toEqual(["26.1", "26.61"]);
    expect(named({ groups: ["iPad"], os: ["26.6"] }, versions)).toEqual([]);
  });
});

const models = ["iPad6,1", "iPad6,11", "iPad6,12", "iPhone8,2", "iPad"] as const;
const assetArb = fc
  .record({
    n: fc.nat(30),
    scheme: fc.constantFrom("http", "https"),
    sizeBytes: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    model: fc.constantFrom(...models.slice(0, 4)),
    version: fc.option(fc.constantFrom("26.0", "26.1", "9.9.26.1"), { nil: undefined }),
    fromBuilds: fc.subarray(["A", "B"]),
  })
  .map(({ n, scheme, sizeBytes, model, version, fromBuilds }) =>
    asset({ url: `${scheme}://h.apple.com/${n}`, title: `t${n}`, models: [model], sizeBytes, version, fromBuilds }),
  );
const deviceArb = fc.record({
  model: fc.constantFrom(...models),
  os: fc.option(fc.constantFrom("18.0", "26.0"), { nil: undefined }),
  build: fc.option(fc.constantFrom("A", "B", "C"), { nil: undefined }),
  count: fc.integer({ min: 1, max: 500 }),
});
const inputArb = fc
  .record({
    assets: fc.array(assetArb, { maxLength: 40 }),
    devices: fc.array(deviceArb, { maxLength: 10 }),
    groups: fc.subarray<"iPad">(["iPad"]),
    newestOnly: fc.boolean(),
    held: fc.array(fc.nat(30), { maxLength: 5 }),
    budgetBytes: fc.option(fc.nat(40_000), { nil: undefined }),
    roomBytes: fc.option(fc.nat(40_000), { nil: undefined }),
    deltas: fc.constantFrom("exact", "all", "none" as const),
  })
  .map(({ assets, devices, groups, newestOnly, held, budgetBytes, roomBytes, deltas }) =>
    input({
      assets,
      devices,
      choice: { groups, newestOnly },
      held: new Map(held.map((n) => [`h.apple.com/${n}`, "held"])),
      limits: { budgetBytes, roomBytes },
      deltas,
    }),
  );

describe("planWarming() always", () => {
  const always = (check: (plan: ReturnType<typeof planWarming>, from: PlanInput) => void): void => {
    fc.assert(
      fc.property(inputArb, (from) => check(planWarming(from), from)),
      { numRuns: runs(200) },
    );
  };

  it("stays within budget and room, and lets nothing of unknown size pass a limit", () => {
    always((plan, { limits }) => {
      const { bytes, unknownSizes } = planTotals(plan, "warm");
      expect(bytes).toBeLessThanOrEqual(limits.budgetBytes ?? Number.POSITIVE_INFINITY);
      expect(bytes).toBeLessThanOrEqual(limits.roomBytes ?? Number.POSITIVE_INFINITY);
      if (limits.budgetBytes !== undefined || limits.roomBytes !== undefined) expect(unknownSizes).toBe(0);
    });
  });

  it("names each file once and fetches none that is held", () => {
    always((plan, { held }) => {
      const keys = plan.items.map(({ asset: { url } }) => assetKey(url));
      expect(new Set(keys).size).toBe(keys.length);
      for (const { asset: a, decision } of plan.items) expect(held.has(assetKey(a.url))).toBe(decision === "cached");
    });
  });

  it("puts the most wanted first", () => {
    always((plan) => {
      const order = plan.items.filter(({ decision }) => decision === "warm");
      order.slice(1).forEach((item, i) => {
        expect(compareWanted(order[i] as (typeof order)[number], item)).toBeLessThanOrEqual(0);
      });
    });
  });

  it("never counts a device for a model whose name only begins like its own, nor for another's delta", () => {
    always((plan, { devices }) => {
      for (const { asset: a, devices: counted } of plan.items) {
        const could = devices.filter(
          ({ model, build }) =>
            a.models.some((own) => own === model || familyOf(own) === model) &&
            (a.fromBuilds.length === 0 || a.fromBuilds.includes(build ?? "")),
        );
        expect(counted).toBeLessThanOrEqual(could.reduce((sum, { count }) => sum + count, 0));
      }
    });
  });

  it("gives the same plan whatever the order of its input, where the catalogues agree", () => {
    always((_plan, from) => {
      const assets = [...new Map(from.assets.map((one) => [assetKey(one.url), one])).values()];
      const urls = (list: readonly Asset[]): string[] =>
        planWarming({ ...from, assets: list }).items.map(({ asset: { url } }) => url);
      expect(urls([...assets].reverse())).toEqual(urls(assets));
    });
  });
});

describe("planWarming() of a list an admin wrote", () => {
  const listed = (more: Partial<Asset>): Asset => asset({ catalogs: ["url-list"], ...more });
  const wholeCatalogs = ["url-list"];

  it.each<[Partial<Asset>, Partial<AssetChoice>, string]>([
    [{ beta: true }, {}, "a beta, betas"],
    [{ title: "Install macOS" }, { exclude: ["install"] }, 'its title holds "install", exclude'],
    [{}, { os: ["15"] }, "of another version, os"],
    [{ version: "26.0", build: "23A1" }, { newestOnly: true }, "not the newest, newestOnly"],
  ])("shows with the reason what a setting leaves out of it: %j, %j", (more, choice, why) => {
    const assets = [listed(more), asset({}), asset({ catalogs: ["pallas"], ...more })];
    const { items } = planWarming(input({ assets, choice: { wholeCatalogs, ...choice } }));
    expect(items.map(({ asset: { url }, decision, why: said }) => [url, decision, said])).toEqual([
      [assets[0]?.url, "left", why],
    ]);
  });

  it("shows with the reason a delta it holds, when no deltas are wanted", () => {
    const assets = [listed({ fromBuilds: ["23A341"] }), asset({ fromBuilds: ["23A341"] })];
    const { items } = planWarming(input({ assets, deltas: "none", choice: { wholeCatalogs } }));
    expect(items.map(({ decision, why }) => [decision, why])).toEqual([["left", "a delta, deltas"]]);
    expect(leftOutSentences({ items })).toEqual([
      `left out of the list: 1 file (a delta, deltas): ${assets[0]?.title}`,
    ]);
  });
});

describe("planWarming() of installers whose title is unread", () => {
  const installer = (more: Partial<Asset> = {}): Asset =>
    asset({ group: "installer", models: [], version: undefined, build: undefined, unread: "403", ...more });
  const [first, second] = [installer({ title: "1-1: a.pkg", product: "1-1" }), installer({ title: "1-2: a.pkg" })];
  const planned = (choice: Partial<AssetChoice>, held: PlanInput["held"] = new Map()) => {
    const plan = planWarming(input({ assets: [second, first], held, choice }));
    return plan.items.map(({ asset: { title }, decision, why, unjudged = false }) => [title, decision, why, unjudged]);
  };
  const left = (why: string) => [first, second].map(({ title }) => [title, "left", why, true]);

  it("leaves those that would be wanted, with what is not known of them", () => {
    expect(planned({ groups: ["installer"] })).toEqual(left("title unread, so it may be a beta"));
    expect(planned({ groups: ["app"] })).toEqual([]);
  });

  it("leaves those that may be what is named, whether a filter could judge them or not", () => {
    const why = "title unread, so it may be one that is named";
    expect(planned({ apps: ["macOS Tahoe"] })).toEqual(left(why));
    expect(planned({ apps: ["macOS Tahoe"], betas: true })).toEqual(left(why));
    expect(planned({ apps: ["1-1"], betas: true })).toEqual([
      ["1-1: a.pkg", "warm", "app 1-1", false],
      ["1-2: a.pkg", "left", why, true],
    ]);
    expect(planned({ apps: ["1-1"] })).toEqual([
      ["1-1: a.pkg", "left", "title unread, so it may be a beta", true],
      ["1-2: a.pkg", "left", why, true],
    ]);
  });

  it("does not speak of those that a cache holds", () => {
    const held = new Map([[assetKey(first.url), "there"]]);
    for (const choice of [{ groups: ["installer" as const] }, { apps: ["macOS Tahoe"] }]) {
      expect(planned(choice, held).map(([title]) => title)).toEqual([second.title]);
    }
  });
});

describe("what a plan leaves", () => {
  const of = (title: string, why: string, more: object = {}) => ({
    ...{ asset: asset({ title }), devices: 0, why, decision: "left" as const, ...more },
  });
  const plan = {
    items: [
      of("a", "no room"),
      of("b", "unknown", { unjudged: true }),
      ...["c", "d", "e"].map((title) => of(title, "no room")),
      of("f", "of a list", { leftOut: true }),
      of("g", "there", { decision: "cached" }),
    ],
  };

  it("is one sentence for each reason, with three titles at most", () => {
    expect(leftSentences(plan)).toEqual([
      "4 files (no room): a, c, d …",
      "1 file (unknown): b",
      "1 file (of a list): f",
    ]);
    expect(leftSentences({ items: plan.items.slice(0, 4) })[0]).toBe("3 files (no room): a, c, d");
    expect(unjudgedSentences(plan)).toEqual(["1 file (unknown): b"]);
    expect(leftOutSentences(plan)).toEqual(["left out of the list: 1 file (of a list): f"]);
  });

  it("has the reason: the budget, the room, or a size nobody knows", () => {
    const assets = [asset({ sizeBytes: 10 }), asset({ sizeBytes: 20, version: "26.2", build: "23C1" })];
    const left = (budgetBytes: number | undefined, roomBytes: number | undefined, all = assets) =>
      planWarming(
        input({ assets: all, choice: { groups: ["iPad"] }, limits: { budgetBytes, roomBytes } }),
      ).items.flatMap(({ decision, why, unjudged }) =>
        decision === "left" ? [unjudged === true ? `${why}!` : why] : [],
      );
    expect(left(10, undefined)).toEqual(["beyond the budget"]);
    expect(left(undefined, 29)).toEqual(["no room without evicting"]);
    expect(left(29, 29)).toEqual(["beyond the budget"]);
    expect(left(29, 28)).toEqual(["no room without evicting"]);
    expect(left(30, undefined)).toEqual([]);
    const unknown = [asset({ sizeBytes: undefined })];
    expect(left(30, undefined, unknown)).toEqual(["size unknown, and there is a limit!"]);
    expect(left(undefined, undefined, unknown)).toEqual([]);
  });

  it("is ordered by devices for each byte, then by size, then by address", () => {
    const wanted = (devices: number, sizeBytes: number | undefined, url = "https://h.apple.com/a") => ({
      ...{ asset: asset({ url, sizeBytes }), devices, why: "" },
    });
    const order = (a: ReturnType<typeof wanted>, b: ReturnType<typeof wanted>) => Math.sign(compareWanted(a, b));
    expect(order(wanted(2, 10), wanted(1, 10))).toBe(-1);
    expect(order(wanted(2, 10), wanted(1, 4))).toBe(1);
    expect(order(wanted(0, 10), wanted(0, 4))).toBe(1);
    expect(order(wanted(0, undefined), wanted(0, 8_000_000_001))).toBe(-1);
    expect(order(wanted(0, undefined), wanted(0, 7_999_999_999))).toBe(1);
    expect(order(wanted(0, 1), wanted(0, 1, "https://h.apple.com/b"))).toBe(-1);
    expect(order(wanted(0, 1, "https://h.apple.com/b"), wanted(0, 1))).toBe(1);
    expect(order(wanted(0, 1), wanted(0, 1))).toBe(0);
  });

  it("adds up what is of one decision", () => {
    const items = [
      { ...of("a", ""), asset: asset({ sizeBytes: 3 }) },
      { ...of("b", ""), asset: asset({ sizeBytes: undefined }) },
      of("c", "", { decision: "cached" }),
    ];
    expect(planTotals({ items }, "left")).toEqual({ assets: 2, bytes: 3, unknownSizes: 1 });
  });
});
