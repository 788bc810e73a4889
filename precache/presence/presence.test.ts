import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readAssetInfo } from "../../core/cache/cache.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { type ContentCache, startContentCache } from "../../fixtures/content-cache/index.ts";
import { type Origin, startOrigin } from "../../fixtures/origin/index.ts";
import { cacheUrl } from "../transfer/cache-url.ts";
import { createFetcher, type Fetcher } from "../transfer/fetcher.ts";
import type { CacheTarget } from "../words/asset.ts";
import { DeliveryBook } from "./delivery-book.ts";
import { DEFAULT_SIGNS, Presence, type PresenceOptions } from "./presence.ts";

let folder: string;
let origin: Origin;
let cache: ContentCache;
let fetcher: Fetcher;
let book: DeliveryBook;
let target: CacheTarget;

const asset = anAsset("https://updates.cdn-apple.com/f/5000b/a.zip", { sizeBytes: 5000 });
const other = anAsset("https://updates.cdn-apple.com/f/5000b/b.zip", { sizeBytes: 5000 });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-held-"));
  origin = await startOrigin({ contentType: "application/zip" });
  fetcher = createFetcher();
  book = new DeliveryBook();
});
afterEach(async () => {
  await fetcher.close();
  await cache.stop();
  await origin.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function begin(cachedRangesHeader: boolean): Promise<void> {
  cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache"), cachedRangesHeader });
  target = { name: "one", url: cache.url, role: "cache" };
}

const get = async (of = asset) => await fetcher.fetchAsset({ url: cacheUrl(cache.url, of.url) });

const checker = (more: Partial<PresenceOptions> = {}): Presence =>
  new Presence({ fetcher, deliveries: book.asDeliveries(), ...more });

test("the cache's own answer decides first, by HEAD, or by one byte where HEAD is refused", async () => {
  await begin(true);
  expect(await checker().check(target, asset)).toMatchObject({ held: undefined });
  await get();
  expect(await checker().check(target, asset)).toEqual({ held: true, why: "X-Apple-Cached-Ranges" });
  cache.faults.add("", { kind: "status", status: 405 }, 1);
  expect(await checker().check(target, asset)).toMatchObject({ held: true });
  expect(cache.requests.at(-1)).toMatchObject({ method: "GET", range: "bytes=0-0" });
  const wrongSize = { ...asset, sizeBytes: 6000 };
  expect(await checker().check(target, wrongSize)).toMatchObject({ held: undefined });
});

test("a part is not the whole, whatever the ledger says", async () => {
  await begin(true);
  cache.faults.add("", { kind: "short", afterBytes: 100 }, 1);
  await origin.stop();
  origin = await startOrigin({ port: origin.port, bytesPerSecond: 5000 });
  await get().catch(() => undefined);
  book.add({ target: "one", url: asset.url, sizeBytes: 5000, atMs: Date.now() });
  const verdict = await checker().check(target, asset);
  expect(verdict.held).toBe(false);
  expect(verdict.why).toMatch(/^the cache holds \d+ of 5000 bytes$/);
});

test("a missing Content-Type is believed only when switched on, and only of an origin known to send one", async () => {
  await begin(false);
  const head = (type: boolean) => ({
    status: 200,
    headers: type ? { "content-type": "application/zip" } : ({} as Record<string, string>),
    lengthBytes: 5000,
  });
  expect(checker().byAnswer(asset, head(false), undefined).held).toBeUndefined();
  const old = checker({ signs: { ...DEFAULT_SIGNS, contentType: true } });
  expect(old.byAnswer(asset, head(false), undefined).held).toBeUndefined();
  expect(old.byAnswer(other, head(true), undefined).held).toBe(false);
  expect(old.byAnswer(asset, head(false), undefined)).toEqual({ held: true, why: "no Content-Type" });
});

test("AssetInfo.db and the bytes beside it decide on the cache itself", async () => {
  await begin(false);
  await get();
  cache.flush();
  const inventory = await readAssetInfo(cache.assetInfoPath);
  const check = checker({ inventories: new Map([["one", inventory]]) });
  book.add({ target: "one", url: other.url, sizeBytes: 5000, atMs: Date.now() });
  expect(await check.check(target, asset)).toEqual({ held: true, why: "in AssetInfo.db" });
  expect(await check.check(target, other)).toMatchObject({ held: false });
  const { readdirSync } = await import("node:fs");
  const guid = readdirSync(cache.dataPath).find((name) => !name.startsWith("AssetInfo")) ?? "";
  truncateSync(join(cache.dataPath, guid, "0"), 4999);
  expect(await check.check(target, asset)).toMatchObject({ held: false });
  const off = checker({ inventories: new Map([["one", inventory]]), signs: { ...DEFAULT_SIGNS, assetInfo: false } });
  expect(await off.check(target, other)).toMatchObject({ held: true });
});

test("the ledger speaks last, of the same size, while it is young", async () => {
  await begin(false);
  book.add({ target: "one", url: asset.url, sizeBytes: 5000, atMs: 1000 });
  const at = (nowMs: number) => checker({ nowMs: () => nowMs });
  expect(await at(1000 + 3 * 3_600_000).check(target, asset)).toEqual({ held: true, why: "warmed 3 h ago" });
  expect((await at(1000 + 8 * 86_400_000).check(target, asset)).held).toBeUndefined();
  expect((await at(2000).check(target, { ...asset, sizeBytes: 4999 })).held).toBeUndefined();
  expect((await at(2000).check({ ...target, name: "two" }, asset)).held).toBeUndefined();
  const off = checker({ signs: { ...DEFAULT_SIGNS, ledger: false }, nowMs: () => 2000 });
  expect((await off.check(target, asset)).held).toBeUndefined();
});

test("readAssetInfo() says when the table is another one", async () => {
  await begin(true);
  cache.flush();
  await expect(readAssetInfo(cache.metricsPath)).rejects.toMatchObject({ code: "ASSET_INFO_SHAPE" });
});

test("a record is not believed against the cache's own answer, nor from the future, nor of nothing", async () => {
  await begin(false);
  const unsized = { ...asset, sizeBytes: undefined };
  book.add({ target: "one", url: asset.url, sizeBytes: 57, atMs: 1000 });
  const check = checker({ nowMs: () => 2000 });
  expect((await check.recall(target, unsized)).held).toBe(true);
  expect(await check.look(target, unsized)).toMatchObject({ verdict: { held: undefined }, lengthBytes: 5000 });
  book.add({ target: "one", url: other.url, sizeBytes: 5000, atMs: 365 * 86_400_000 });
  expect((await check.check(target, other)).held).toBeUndefined();
  book.add({ target: "one", url: asset.url, sizeBytes: 0, atMs: 1500 });
  expect((await check.recall(target, unsized)).held).toBeUndefined();
});

test("what a cache does not answer about is not there, and one that is gone is not asked a thousand times", async () => {
  await begin(false);
  book.add({ target: "one", url: asset.url, sizeBytes: 5000, atMs: 1000 });
  const check = checker({ nowMs: () => 2000 });
  cache.faults.add("", { kind: "status", status: 404 }, 1);
  expect(await check.check(target, asset)).toMatchObject({ held: undefined });
  cache.faults.add("", { kind: "redirect", to: "http://portal.example.net/login" }, 1);
  expect(await check.check(target, asset)).toMatchObject({ held: undefined });
  expect((await check.check(target, asset)).held).toBe(true);
  await cache.die();
  for (let i = 0; i < 5; i++) expect((await check.check(target, asset)).held).toBeUndefined();
});
