import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anAsset } from "../fixtures/assets.ts";
import { fileDigest, type Origin, startOrigin } from "../fixtures/origin/index.ts";
import type { Asset } from "./asset.ts";
import type { Clock } from "./clock.ts";
import { createFetcher, type Fetcher } from "./fetch-asset.ts";
import { type StoreFirmwareOptions, storeFirmware } from "./store-firmware.ts";

const SIZE = 3_000_000;
const PATH = `/fw/${SIZE}b/iPad_Fall_26.1_23B85_Restore.ipsw`;
const NAME = "iPad_Fall_26.1_23B85_Restore.ipsw";

let folder: string;
let destination: string;
let origin: Origin;
let fetcher: Fetcher;
let asset: Asset;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-firmware-"));
  destination = join(folder, "keep");
  origin = await startOrigin();
  fetcher = createFetcher({ stallMs: 1000 });
  const digest = { algorithm: "sha256", hex: fileDigest(PATH, SIZE).toUpperCase() } as const;
  asset = anAsset(origin.url + PATH, { sizeBytes: SIZE, digest, firmware: true, title: "iPadOS 26.1" });
});
afterEach(async () => {
  await fetcher.close();
  await origin.stop();
  rmSync(folder, { recursive: true, force: true });
});

const clock: Clock = { now: Date.now, sleep: async () => undefined };
const keep = async (of = asset, more: Partial<StoreFirmwareOptions> = {}) =>
  await storeFirmware(of, { fetcher, destination, clock, ...more });

test("it is stored whole under its name, verified, and a good file is not fetched again", async () => {
  const told: number[] = [];
  const first = await keep(asset, { onBytes: (bytes) => told.push(bytes) });
  expect(first).toMatchObject({ outcome: "stored", verified: "sha256", sizeBytes: SIZE, attempts: 1 });
  expect(fileDigest(PATH, SIZE)).toBe(
    (await import("node:crypto")).createHash("sha256").update(readFileSync(first.path)).digest("hex"),
  );
  expect(told.at(-1)).toBe(SIZE);
  expect(readdirSync(destination)).toEqual([NAME]);
  const served = origin.bytesServed();
  expect(await keep()).toMatchObject({ outcome: "present", verified: "sha256", attempts: 0 });
  expect(origin.bytesServed()).toBe(served);
});

test("a spoilt or outdated file is replaced, a leftover of a killed run too", async () => {
  mkdirSync(destination);
  writeFileSync(join(destination, NAME), Buffer.alloc(SIZE));
  writeFileSync(join(destination, `.${NAME}.partial`), "half");
  expect(await keep()).toMatchObject({ outcome: "stored" });
  expect(readdirSync(destination)).toEqual([NAME]);
});

test("another digest than the catalogue's is refused, and the file that was there stays", async () => {
  mkdirSync(destination);
  writeFileSync(join(destination, NAME), "old but mine");
  const wrong = { ...asset, digest: { algorithm: "sha1", hex: "00".repeat(20) } as const };
  await expect(keep(wrong)).rejects.toMatchObject({ code: "FIRMWARE_DIGEST" });
  expect(readFileSync(join(destination, NAME), "utf8")).toBe("old but mine");
  expect(readdirSync(destination)).toEqual([NAME]);
});

test("a broken transfer is tried again; one that stays broken leaves nothing behind", async () => {
  origin.faults.add("", { kind: "short", afterBytes: 1_000_000 }, 2);
  expect(await keep()).toMatchObject({ outcome: "stored", attempts: 3 });
  rmSync(join(destination, NAME));
  origin.faults.add("", { kind: "reset", afterBytes: 1_000_000 });
  await expect(keep()).rejects.toMatchObject({ code: "FETCH_BROKEN" });
  expect(readdirSync(destination)).toEqual([]);
});

test("room is looked for before anything is asked", async () => {
  await expect(keep(asset, { freeBytes: () => SIZE })).rejects.toMatchObject({ code: "FIRMWARE_NO_ROOM" });
  expect(origin.requests).toEqual([]);
  const unsized = { ...asset, sizeBytes: undefined };
  await expect(keep(unsized, { freeBytes: () => SIZE })).rejects.toMatchObject({ code: "FIRMWARE_NO_ROOM" });
  expect(readdirSync(destination)).toEqual([]);
});

test("without a digest the length vouches; names that are none are refused", async () => {
  expect(await keep({ ...asset, digest: undefined })).toMatchObject({ verified: "length" });
  expect(await keep({ ...asset, digest: undefined })).toMatchObject({ outcome: "present", verified: "length" });
  for (const path of ["/", "/a/..%2f..%2fetc%2fpasswd%00", "/.hidden", "/%2e%2e"]) {
    await expect(keep(anAsset(origin.url + path))).rejects.toMatchObject({ code: "FIRMWARE_NAME" });
  }
});

test("stopped, it leaves nothing behind", async () => {
  const stop = new AbortController();
  await expect(keep(asset, { signal: stop.signal, onBytes: () => stop.abort() })).rejects.toMatchObject({
    code: "FETCH_ABORTED",
  });
  expect(readdirSync(destination)).toEqual([]);
});

test("a disk that fills up is said clearly, and what was written is removed", async (context) => {
  const small = smallDisk();
  if (small === undefined) return context.skip("mounting a small disk is not allowed here");
  try {
    const full = keep(asset, { destination: small, freeBytes: () => 10 * SIZE + 2 ** 27 });
    await expect(full).rejects.toMatchObject({
      code: "FIRMWARE_DISK_FULL",
      message: expect.stringContaining("disk is full"),
    });
    expect(readdirSync(small)).toEqual([]);
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
