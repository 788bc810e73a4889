/**
 * The bandwidth limit, measured: `npx tsx bench/warm/bandwidth.ts`. For several limits and concurrencies the engine pulls
 * from a server in another process for ten seconds; printed are the rate over ten seconds against the limit (goal: within
 * 5 %) and the fullest quarter of a second against its share.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheUrl } from "../../precache/transfer/cache-url.ts";
import { createFetcher } from "../../precache/transfer/fetcher.ts";
import { createPace, readBytesFor } from "../../precache/transfer/pace.ts";
import { startNginx } from "./file-server.ts";

const SECONDS = 10;
const WINDOW_MS = 250;
const folder = mkdtempSync("/dev/shm/larder-files-");
writeFileSync(join(folder, "file"), Buffer.alloc(200_000_000, 0x61));
const server = await startNginx(folder);
let missed = 0;

/** Pulls the file over and over, so many at a time, until time is up. @returns bytes of each window. */
async function pull(bytesPerSecond: number, concurrency: number, transport: "raw" | "undici"): Promise<number[]> {
  const fetcher = createFetcher({
    pace: createPace(bytesPerSecond),
    readBytes: readBytesFor(bytesPerSecond, concurrency),
    transport,
  });
  const windows = new Array<number>((SECONDS * 1000) / WINDOW_MS).fill(0);
  const stop = new AbortController();
  const url = cacheUrl(server.url, "https://updates.cdn-apple.com/file");
  const started = performance.now();
  const onBytes = (bytes: number): void => {
    const index = Math.floor((performance.now() - started) / WINDOW_MS);
    if (index < windows.length) windows[index] = (windows[index] ?? 0) + bytes;
  };
  setTimeout(() => stop.abort(), SECONDS * 1000);
  const one = async (): Promise<void> => {
    while (!stop.signal.aborted)
      await fetcher.fetchAsset({ url }, { signal: stop.signal, onBytes }).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  await fetcher.close();
  return windows;
}

try {
  for (const [megabytes, concurrency, transport] of [
    [1, 4, "raw"],
    [12.5, 4, "raw"],
    [12.5, 32, "raw"],
    [100, 8, "raw"],
    [12.5, 4, "undici"],
  ] as const) {
    const limit = megabytes * 1e6;
    const windows = await pull(limit, concurrency, transport);
    const rate = windows.reduce((sum, bytes) => sum + bytes, 0) / SECONDS / limit;
    const shares = windows.map((bytes) => bytes / (limit * (WINDOW_MS / 1000)));
    const ok = Math.abs(rate - 1) <= 0.05;
    if (!ok) missed++;
    console.log(
      `${String(megabytes).padStart(5)} MB/s, ${String(concurrency).padStart(2)} at a time, ${transport.padEnd(6)}: ${(rate * 100).toFixed(1)} % of the limit over ${SECONDS} s; quarters of a second ${(Math.min(...shares) * 100).toFixed(0)} to ${(Math.max(...shares) * 100).toFixed(0)} %  ${ok ? "ok" : "MISSED"}`,
    );
  }
} finally {
  server.stop();
  rmSync(folder, { recursive: true });
}
process.exitCode = missed === 0 ? 0 : 1;
