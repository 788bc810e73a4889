import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../core/time/clock.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { type ContentCache, startContentCache } from "../../fixtures/content-cache/index.ts";
import { fileDigest, type Origin, startOrigin } from "../../fixtures/origin/index.ts";
import type { AssetEnd } from "../warm/events.ts";
import { type WarmOptions, warm } from "../warm/warm.ts";
import type { Asset } from "../words/asset.ts";
import { FirmwareFolder, type FirmwareFolderOptions } from "./firmware.ts";

const SIZE = 3_000_000;
const PATH = `/fw/${SIZE}b/iPad_Fall_26.1_23B85_Restore.ipsw`;
const NAME = "iPad_Fall_26.1_23B85_Restore.ipsw";

let folder: string;
let destination: string;
let origin: Origin;
let cache: ContentCache;
let asset: Asset;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-firmware-"));
  destination = join(folder, "keep");
  origin = await startOrigin();
  cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache") });
  const digest = { algorithm: "sha256", hex: fileDigest(PATH, SIZE).toUpperCase() } as const;
  const url = `https://updates.cdn-apple.com${PATH}`;
  asset = anAsset(url, { sizeBytes: SIZE, digest, firmware: true, title: "iPadOS 26.1" });
});
afterEach(async () => {
  await cache.stop();
  await origin.stop();
  rmSync(folder, { recursive: true, force: true });
});

const clock: Clock = { now: Date.now, sleep: async () => await new Promise((resolve) => setTimeout(resolve, 1)) };

interface More extends Partial<WarmOptions>, FirmwareFolderOptions {
  readonly url?: string;
  readonly into?: string;
}

/** Runs the engine with this firmware alone. */
async function keepAll(assets: readonly Asset[], { url, into, freeBytes, ...more }: More = {}): Promise<AssetEnd[]> {
  const items = assets.map((one) => ({ asset: one, devices: 0, why: "named", decision: "warm" as const }));
  const options = {
    items,
    targets: [{ name: "one", url: url ?? cache.url, role: "cache" as const }],
    clock,
    stallMs: 1000,
    concurrency: 1,
    firmwareFolder: new FirmwareFolder(into ?? destination, freeBytes === undefined ? {} : { freeBytes }),
  };
  const ends: AssetEnd[] = [];
  for await (const event of warm({ ...options, ...more })) if (event.type === "asset-end") ends.push(event);
  return ends;
}

async function keep(of = asset, more: More = {}): Promise<AssetEnd> {
  const [end] = await keepAll([of], more);
  if (end === undefined) throw new Error("no end");
  return end;
}

/** What lies there, but for the list of sources. */
const files = (path = destination): string[] => readdirSync(path).filter((name) => name !== ".larder-sources.json");
const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

test("it is stored whole under its name, checked, and a good file is not fetched again", async () => {
  const first = await keep();
  expect(first).toMatchObject({ outcome: "warmed", sizeBytes: SIZE, attempts: 1, bytesFromOrigin: SIZE });
  expect(first.reason).toBe(`${join(destination, NAME)}, sha256 checked`);
  expect(sha256(join(destination, NAME))).toBe(fileDigest(PATH, SIZE));
  expect(files()).toEqual([NAME]);
  const asked = cache.requests.length;
  expect(await keep()).toMatchObject({ outcome: "cached", reason: first.reason, bytesAsked: 0 });
  expect(cache.requests.length).toBe(asked);
});

test("it is read whole from a cache that holds it already", async () => {
  await keep();
  rmSync(destination, { recursive: true });
  expect(await keep()).toMatchObject({ outcome: "warmed", bytesFromOrigin: 0, bytesAsked: SIZE });
  expect(files()).toEqual([NAME]);
});

test("a plan that found it in the cache keeps it on disk all the same", async () => {
  await keep();
  rmSync(destination, { recursive: true });
  const items = [
    {
      asset,
      devices: 0,
      why: "seen",
      decision: "cached" as const,
      heldBy: new Map([["one", "X-Apple-Cached-Ranges"]]),
    },
  ];
  expect(await keep(asset, { items })).toMatchObject({ outcome: "warmed", bytesFromOrigin: 0 });
  expect(files()).toEqual([NAME]);
  expect(await keep(asset, { items })).toMatchObject({ outcome: "cached", bytesAsked: 0 });
});

test("a spoilt or outdated file is replaced, a leftover of a killed run too", async () => {
  mkdirSync(destination);
  writeFileSync(join(destination, NAME), Buffer.alloc(SIZE));
  writeFileSync(join(destination, `.${NAME}.partial`), "half");
  expect(await keep()).toMatchObject({ outcome: "warmed" });
  expect(files()).toEqual([NAME]);
  expect(sha256(join(destination, NAME))).toBe(fileDigest(PATH, SIZE));
});

test("another digest than the catalogue's is refused, and the file that was there stays", async () => {
  mkdirSync(destination);
  writeFileSync(join(destination, NAME), "old but mine");
  const wrong = { ...asset, digest: { algorithm: "sha1", hex: "00".repeat(20) } as const };
  expect(await keep(wrong)).toMatchObject({ outcome: "failed", code: "FETCH_DIGEST", bytesAsked: SIZE });
  expect(readFileSync(join(destination, NAME), "utf8")).toBe("old but mine");
  expect(files()).toEqual([NAME]);
});

test("a broken transfer is tried again; one that stays broken leaves nothing behind, and its cost counts", async () => {
  cache.faults.add("", { kind: "short", afterBytes: 1_000_000 }, 2);
  expect(await keep()).toMatchObject({ outcome: "warmed", attempts: 3 });
  rmSync(join(destination, NAME));
  cache.faults.add("", { kind: "short", afterBytes: 1_000_000 });
  expect(await keep()).toMatchObject({ outcome: "failed", code: "FETCH_BROKEN", bytesAsked: 4_000_000 });
  expect(files()).toEqual([]);
});

test("room is looked for before anything is asked", async () => {
  const full = { freeBytes: () => SIZE };
  expect(await keep(asset, full)).toMatchObject({ outcome: "failed", code: "FIRMWARE_NO_ROOM" });
  expect(cache.requests).toEqual([]);
  expect(await keep({ ...asset, sizeBytes: undefined }, full)).toMatchObject({ code: "FIRMWARE_NO_ROOM" });
  expect(files()).toEqual([]);
});

test("without a digest the length vouches; names that are not names are refused", async () => {
  const plain = { ...asset, digest: undefined };
  expect((await keep(plain)).reason).toMatch(/, length checked$/);
  expect(await keep(plain)).toMatchObject({ outcome: "cached" });
  for (const path of ["/a/..%2f..%2fetc%2fpasswd%00", "/.hidden"]) {
    const odd = anAsset(`https://updates.cdn-apple.com${path}`, { firmware: true, sizeBytes: 10 });
    expect(await keep(odd)).toMatchObject({ outcome: "failed", code: "FIRMWARE_NAME" });
  }
});

test("stopped, it leaves nothing behind", async () => {
  const abort = new AbortController();
  const sleepy: Clock = {
    ...clock,
    now: () => {
      abort.abort();
      return Date.now();
    },
  };
  expect(await keep(asset, { abort: abort.signal, clock: sleepy })).toMatchObject({ outcome: "skipped" });
  expect(readdirSync(folder).includes("keep") ? files() : []).toEqual([]);
});

describe("nothing that nobody vouches for", () => {
  const answers: Readonly<Record<string, [OutgoingHttpHeaders, string]>> = {
    portal: [{ "content-type": "text/html" }, "<html><form>Sign in</form></html>"],
    empty: [{}, ""],
    plain: [{}, "x".repeat(33)],
  };
  const unvouched = (name: string): Asset =>
    anAsset(`https://updates.cdn-apple.com/full/${name}_25G72_Restore.ipsw`, { firmware: true });

  async function misbehaving(work: (url: string) => Promise<void>): Promise<void> {
    const server = createServer((request, response) => {
      const name = Object.keys(answers).find((part) => request.url?.includes(part) === true) ?? "plain";
      const [headers, body] = answers[name] ?? [{}, ""];
      response.writeHead(200, { "content-length": body.length, ...headers });
      response.end(request.method === "HEAD" ? undefined : body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test("is stored: no web page, no empty file", async () => {
    await misbehaving(async (url) => {
      const ends = await keepAll([unvouched("portal"), unvouched("empty")], { url });
      expect(ends.map(({ outcome, code }) => [outcome, code])).toEqual([
        ["failed", "FETCH_OTHER"],
        ["failed", "FETCH_OTHER"],
      ]);
      expect(files()).toEqual([]);
    });
  });

  test("takes the place of a file that is kept", async () => {
    await misbehaving(async (url) => {
      mkdirSync(destination);
      const path = join(destination, "plain_25G72_Restore.ipsw");
      writeFileSync(path, Buffer.alloc(5_000_000, 9));
      expect(await keep(unvouched("plain"), { url })).toMatchObject({ outcome: "failed", code: "FIRMWARE_UNVOUCHED" });
      expect(readFileSync(path)).toHaveLength(5_000_000);
      expect(files()).toEqual(["plain_25G72_Restore.ipsw"]);
    });
  });

  test("but one that is as long as the server says is there already", async () => {
    await misbehaving(async (url) => {
      mkdirSync(destination);
      writeFileSync(join(destination, "plain_25G72_Restore.ipsw"), "y".repeat(33));
      expect(await keep(unvouched("plain"), { url })).toMatchObject({ outcome: "cached" });
    });
  });
});

test("two addresses that end alike are two files, tonight and tomorrow", async () => {
  const other = (part: string): Asset => {
    const path = `/${part}/${SIZE}b/${NAME}`;
    const digest = { algorithm: "sha256", hex: fileDigest(path, SIZE) } as const;
    return { ...asset, url: `https://updates.cdn-apple.com${path}`, digest };
  };
  const ends = await keepAll([other("a"), other("b")], { concurrency: 2 });
  expect(ends.map(({ outcome }) => outcome)).toEqual(["warmed", "warmed"]);
  expect(files()).toHaveLength(2);
  expect((await keep(other("c"))).outcome).toBe("warmed");
  expect(files()).toHaveLength(3);
  const again = await keepAll([other("c"), other("b"), other("a")]);
  expect(again.map(({ outcome }) => outcome)).toEqual(["cached", "cached", "cached"]);
  const digests = new Set(files().map((name) => sha256(join(destination, name))));
  expect(digests).toEqual(new Set(["a", "b", "c"].map((part) => fileDigest(`/${part}/${SIZE}b/${NAME}`, SIZE))));
});

test("of several caches one is asked for what is kept on disk", async () => {
  const second = await startContentCache({ origin: origin.url, folder: join(folder, "second") });
  const targets = [cache, second].map(({ url }, n) => ({ name: `c${n}`, url, role: "cache" as const }));
  const ends = await keepAll([asset], { targets });
  expect(ends.map(({ target, outcome }) => [target.name, outcome])).toEqual([["c0", "warmed"]]);
  await second.stop();
});

test("a disk that fills up is said clearly, and what was written is removed", async (context) => {
  const small = smallDisk();
  if (small === undefined) return context.skip("mounting a small disk is not allowed here");
  try {
    const end = await keep(asset, { into: small, freeBytes: () => 10 * SIZE + 2 ** 27 });
    expect(end).toMatchObject({ outcome: "failed", code: "FIRMWARE_DISK_FULL" });
    expect(end.reason).toContain("disk is full");
    expect(files(small)).toEqual([]);
  } finally {
    execFileSync("umount", [small]);
    rmSync(small, { recursive: true });
  }
});

/** A disk of one megabyte, where this computer lets us make one. */
function smallDisk(): string | undefined {
  const place = mkdtempSync(join(tmpdir(), "larder-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place], { stdio: "ignore" });
    return place;
  } catch {
    process.stderr.write("skipped: a full disk cannot be tried here, mounting a small one is not allowed\n");
    rmSync(place, { recursive: true });
    return undefined;
  }
}
