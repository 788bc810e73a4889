import { describe, expect, it } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import type { Asset, Digest } from "../words/asset.ts";
import { mergeAssets } from "./merge.ts";

const URL_ = "https://updates.cdn-apple.com/a.zip";
const asset = (more: Partial<Asset> = {}): Asset => anAsset(URL_, more);
const merged = (...all: readonly Asset[]): Asset => {
  const [one, another] = mergeAssets(all);
  expect(another).toBeUndefined();
  return one!;
};

describe("mergeAssets()", () => {
  it("keeps every file once, in the order in which they came, and one that is alone as it is", () => {
    const [a, b] = [asset(), anAsset("https://updates.cdn-apple.com/b.zip")];
    const all = mergeAssets([b, a, { ...b, sizeBytes: 1 }]);
    expect(all.map(({ url, sizeBytes }) => [url, sizeBytes])).toEqual([
      [b.url, 1],
      [a.url, undefined],
    ]);
    expect(all[1]).toBe(a);
  });

  it.each(["http://", "https://"] as const)("takes https:// over http://, whichever comes first: %s", (first) => {
    const second = first === "http://" ? "https://" : "http://";
    const as = (scheme: string) => asset({ url: URL_.replace("https://", scheme) });
    expect(merged(as(first), as(second)).url).toBe(URL_);
    expect(merged(as("http://"), as("http://")).url).toBe(URL_.replace("https", "http"));
    const shouted = as(first).url.replace("updates", "UPDATES");
    expect(merged(asset({ url: shouted }), as(first)).url).toBe(shouted);
  });

  it("says what one of them does not know, and believes the first where they disagree", () => {
    const known = {
      ...{ group: "iPad", sizeBytes: 1, version: "26.1", build: "23B85", postedMs: 5, product: "p" },
      ...{ digest: { algorithm: "sha1", hex: "a" } },
    } as const;
    const other = {
      ...known,
      sizeBytes: 2,
      version: "26.2",
      build: "23C1",
      postedMs: 6,
      product: "q",
      group: "Mac",
    } as const;
    for (const all of [
      [{}, known],
      [known, {}],
      [known, other],
    ])
      expect(merged(...all.map(asset))).toMatchObject(known);
    expect(merged(asset(), asset())).not.toHaveProperty("product");
    expect(merged(asset(), asset())).not.toHaveProperty("system");
  });

  it("unites models, builds and catalogues without repeating one", () => {
    const a = asset({ models: ["m1", "m2"], fromBuilds: ["b1"], catalogs: ["mesu"] });
    const b = asset({ models: ["m2", "m3"], fromBuilds: ["b2", "b1"], catalogs: ["pallas", "mesu"] });
    expect(merged(a, b)).toMatchObject({
      models: ["m1", "m2", "m3"],
      fromBuilds: ["b1", "b2"],
      catalogs: ["mesu", "pallas"],
    });
    expect(merged(a, asset({ models: ["m2"], fromBuilds: ["b1"], catalogs: [] })).models).toBe(a.models);
  });

  it.each<[string, Partial<Asset>, Partial<Asset>, readonly string[]]>([
    ["both name builds", { fromBuilds: ["b1"] }, { fromBuilds: ["b2"] }, ["b1", "b2"]],
    ["neither does", {}, {}, []],
    ["one is a full image for a model", { models: ["m"] }, { fromBuilds: ["b"] }, []],
    ["one is a full image of a build", { build: "23B85" }, { fromBuilds: ["b"] }, []],
    ["one is a plain list, which says nothing", {}, { fromBuilds: ["b"], models: ["m"], build: "23B85" }, ["b"]],
  ])("is a full image when one of them says so: %s", (_, first, second, builds) => {
    expect(merged(asset(first), asset(second)).fromBuilds).toEqual(builds);
    expect(merged(asset(second), asset(first)).fromBuilds.toSorted()).toEqual(builds);
  });

  it.each([true, false])("is a beta, or firmware, only when all call it one: %s", (second) => {
    expect(merged(asset({ beta: true, firmware: true }), asset({ beta: second, firmware: second }))).toMatchObject({
      beta: second,
      firmware: second,
    });
    expect(merged(asset(), asset({ beta: second, firmware: second }))).toMatchObject({ beta: false, firmware: false });
  });

  it("believes the one that is not a beta, then the one that was read", () => {
    const beta = asset({ beta: true, title: "beta", version: "26.1 beta" });
    const final = asset({ title: "final", version: "26.1" });
    expect([merged(beta, final).title, merged(final, beta).title]).toEqual(["final", "final"]);
    const unread = asset({ title: "unread", unread: "403", system: "26" });
    expect([merged(unread, final).title, merged(final, unread).title]).toEqual(["final", "final"]);
    expect(merged(unread, asset({ title: "no version" })).title).toBe("unread");
    expect(merged(unread, { ...final, unread: "403" }).title).toBe("unread");
    expect(merged(asset({ title: "first" }), final).title).toBe("first");
  });

  it("names the macOS only where no version is known", () => {
    const named = asset({ unread: "403", system: "14" });
    expect(merged(named, asset()).system).toBe("14");
    expect(merged(asset(), named).system).toBe("14");
    expect(merged(named, asset({ version: "14.1" }))).not.toHaveProperty("system");
  });

  const ALGORITHMS = ["md5", "sha1", "sha256", "sha384", "sha512"] as const;
  it("keeps the strongest checksum, and the first of two alike", () => {
    const digest = (algorithm: Digest["algorithm"], hex = algorithm) => asset({ digest: { algorithm, hex } });
    for (const [i, weak] of ALGORITHMS.entries()) {
      for (const strong of ALGORITHMS.slice(i + 1)) {
        expect(merged(digest(weak), digest(strong)).digest?.hex).toBe(strong);
        expect(merged(digest(strong), digest(weak)).digest?.hex).toBe(strong);
      }
      expect(merged(digest(weak, "first" as "md5"), digest(weak)).digest?.hex).toBe("first");
      expect([merged(digest(weak), asset()).digest?.hex, merged(asset(), digest(weak)).digest?.hex]).toEqual([
        weak,
        weak,
      ]);
    }
  });
});
