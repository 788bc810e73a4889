/**
 * The program `catalog-parse.ts` measures: lists catalogues as a plan would, each file once, and prints what it found.
 *
 *     node catalog-parse-run.mjs <mesu|sucatalog> <file> [<mesu|sucatalog> <file> …]
 */
import { silentLog } from "../../core/log.ts";
import type { Catalog } from "../../precache/catalogs/catalog.ts";
import { createFetchCache } from "../../precache/catalogs/fetch-cache/fetch-cache.ts";
import { mesuCatalog } from "../../precache/catalogs/mesu.ts";
import { sucatalogCatalog } from "../../precache/catalogs/sucatalog.ts";
import { mergeAssets } from "../../precache/plan/merge.ts";
import type { Asset } from "../../precache/words/asset.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const fetch = createFetchCache({ folder: "", nowMs: Date.now, log: silentLog });
const context = {
  fetch,
  devices: [],
  hosts: [],
  trouble: () => undefined,
  log: silentLog,
  signal: new AbortController().signal,
};
const assets: Asset[] = [];

function open(kind: string | undefined, file: string): Catalog {
  if (kind === "mesu") return mesuCatalog({ kind, base: "", feeds: [file], maxBytes: MAX_BYTES });
  return sucatalogCatalog({
    kind: "sucatalog",
    urls: [file],
    titles: "none",
    excludeTitles: [],
    concurrency: 1,
    maxBytes: MAX_BYTES,
  });
}

const start = process.hrtime.bigint();
for (let at = 2; at < process.argv.length; at += 2) {
  for await (const asset of open(process.argv[at], process.argv[at + 1] ?? "").list(context)) assets.push(asset);
}
const merged = mergeAssets(assets);
const inside = Number(process.hrtime.bigint() - start) / 1e9;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ assets: assets.length, files: merged.length, inside, cpu: (user + system) / 1e6 }));
