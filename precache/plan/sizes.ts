/**
 * Sizes that are in no catalogue, asked of the origin itself: needed only where a budget or the room of a cache limits a run.
 *
 * @module
 */
import pMap from "p-map";
import { httpRequest } from "../../core/http/http.ts";
import { notTheFile } from "../transfer/transfer.ts";
import type { Asset } from "../words/asset.ts";

const AT_ONCE = 8;
const TIMEOUT_MS = 10_000;

/** The assets with their sizes, where the origin says one; the others as they were. Asks nobody about known sizes. */
export async function withSizes(assets: readonly Asset[], signal: AbortSignal): Promise<Asset[]> {
  const withSize = async (asset: Asset): Promise<Asset> => {
    if (asset.sizeBytes !== undefined || signal.aborted) return asset;
    const sizeBytes = await askSize(asset.url, signal);
    return sizeBytes === undefined ? asset : { ...asset, sizeBytes };
  };
  return await pMap(assets, withSize, { concurrency: AT_ONCE });
}

async function askSize(url: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { status, headers } = await httpRequest({ url, method: "HEAD", timeoutMs: TIMEOUT_MS, signal });
    const length = headers["content-length"] ?? "";
    if (status !== 200 || !/^\d{1,15}$/.test(length)) return undefined;
    // a portal answers with the size of its own page
    const lengthBytes = Number(length);
    return notTheFile(url, { headers, lengthBytes }) === undefined ? lengthBytes : undefined;
  } catch {
    return undefined;
  }
}
