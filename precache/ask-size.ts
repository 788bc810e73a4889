/**
 * Sizes no catalogue tells, asked of the origin itself: needed only where a budget or the room of a cache limits a run.
 *
 * @module
 */
import { httpRequest } from "../core/http.ts";
import type { Asset } from "./asset.ts";
import { notTheFile } from "./transfer/evidence.ts";

const AT_ONCE = 8;
const TIMEOUT_MS = 10_000;

/** The assets with their sizes, where the origin says one; the others as they were. Asks nobody about known sizes. */
export async function withSizes(assets: readonly Asset[], signal: AbortSignal): Promise<Asset[]> {
  const sized = [...assets];
  const unknown = sized.flatMap(({ sizeBytes }, index) => (sizeBytes === undefined ? [index] : []));
  const work = async (): Promise<void> => {
    for (let index = unknown.shift(); index !== undefined && !signal.aborted; index = unknown.shift()) {
      const asset = sized[index];
      const sizeBytes = asset === undefined ? undefined : await askSize(asset.url, signal);
      if (asset !== undefined && sizeBytes !== undefined) sized[index] = { ...asset, sizeBytes };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sized;
}

async function askSize(url: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { status, headers } = await httpRequest({ url, method: "HEAD", timeoutMs: TIMEOUT_MS, signal });
    const length = headers["content-length"] ?? "";
    if (status !== 200 || !/^\d{1,15}$/.test(length)) return undefined;
    // a portal tells the size of its own page
    const lengthBytes = Number(length);
    return notTheFile(url, { headers, lengthBytes }) === undefined ? lengthBytes : undefined;
  } catch {
    return undefined;
  }
}
