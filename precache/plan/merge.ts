/**
 * Every file once, whichever catalogues name it and however often.
 *
 * @module
 */
import type { Asset, Digest } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";

/** Weakest first: the strongest checksum any catalogue gives is kept. */
const STRENGTH: readonly Digest["algorithm"][] = ["md5", "sha1", "sha256", "sha384", "sha512"];

/**
 * One asset for each file, in the order in which they first came.
 *
 * Files are the same when host, path and query are; `https://` wins over `http://`. Of two entries: models, builds and
 * catalogues are united; what one does not know the other says; where they disagree the one that is not a beta, then the
 * first, is right. It is a beta only when all call it one, and a full image when one does.
 */
export function mergeAssets(assets: Iterable<Asset>): Asset[] {
  const merged = new Map<string, Asset>();
  for (const asset of assets) {
    const key = assetKey(asset.url);
    const known = merged.get(key);
    merged.set(key, known === undefined ? asset : mergeTwo(known, asset));
  }
  return [...merged.values()];
}

function mergeTwo(first: Asset, second: Asset): Asset {
  const [main, other] = weaker(first, second) ? [second, first] : [first, second];
  const product = main.product ?? other.product;
  const { system: _, ...plain } = main;
  const system = main.system ?? other.system;
  const version = main.version ?? other.version;
  return {
    ...plain,
    url: main.url.startsWith("https:") || !other.url.startsWith("https:") ? main.url : other.url,
    group: main.group === "other" ? other.group : main.group,
    sizeBytes: main.sizeBytes ?? other.sizeBytes,
    digest: strongest(main.digest, other.digest),
    version,
    ...(version === undefined && system !== undefined ? { system } : {}),
    build: main.build ?? other.build,
    models: union(main.models, other.models),
    fromBuilds: mergeBuilds(main, other),
    firmware: main.firmware && other.firmware,
    beta: main.beta && other.beta,
    postedMs: main.postedMs ?? other.postedMs,
    catalogs: union(main.catalogs, other.catalogs),
    ...(product === undefined ? {} : { product }),
  };
}

/** Whether the second entry is to be believed before the first: the one that is not a beta, then the one that was read. */
function weaker(first: Asset, second: Asset): boolean {
  if (first.beta !== second.beta) return first.beta;
  return first.unread !== undefined && second.unread === undefined && second.version !== undefined;
}

/** Builds that ask for the file; none named means any, so a full image stays one. */
function mergeBuilds(main: Asset, other: Asset): readonly string[] {
  if (isFull(main) || isFull(other)) return [];
  return union(main.fromBuilds, other.fromBuilds);
}

/** A catalogue that knows neither models nor build (a plain list) says nothing about a file another one knows. */
function isFull({ fromBuilds, models, build }: Asset): boolean {
  return fromBuilds.length === 0 && (models.length > 0 || build !== undefined);
}

function strongest(first: Digest | undefined, second: Digest | undefined): Digest | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return STRENGTH.indexOf(second.algorithm) > STRENGTH.indexOf(first.algorithm) ? second : first;
}

function union(first: readonly string[], second: readonly string[]): readonly string[] {
  return second.every((item) => first.includes(item)) ? first : [...new Set([...first, ...second])];
}
