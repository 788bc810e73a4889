/**
 * Whether the volume of the cache's files is there, and has room.
 *
 * @module
 */
import { levelOf, THRESHOLDS } from "../../../core/thresholds.ts";
import { bytesText } from "../../../core/words/amounts.ts";
import type { Check, Symptom } from "../check.ts";
import { volumeOf } from "../facts/facts.ts";

export const dataVolume: Check = {
  name: "data-volume",
  title: "Volume of the cache",
  finds: ["volume-missing", "volume-full"],
  look({ settings, mounts, files }) {
    const path = settings?.dataPath;
    if (path === undefined) return undefined;
    const symptoms: Symptom[] = [];
    const volume = volumeOf(path);
    if (volume !== undefined && mounts !== undefined && !mounts.includes(volume)) {
      symptoms.push({
        id: "volume-missing",
        level: "bad",
        said: `the volume ${volume} is not mounted`,
        why: "the cache waits for it, then switches itself off, and looks like one that never was",
        next: "connect the disk and look for its name: diskutil list; then: sudo AssetCacheManagerUtil activate",
        evidence: `DataPath ${path}; mounted: ${mounts.filter((each) => each.startsWith("/Volumes/")).join(", ") || "no volume"}`,
      });
    }
    const free = files?.find(({ what }) => what === "data-folder")?.freeBytes ?? undefined;
    if (free !== undefined && levelOf(THRESHOLDS.journalFreeBytes, free) !== "fine") {
      symptoms.push({
        id: "volume-full",
        level: "bad",
        said: `the disk of the cache is full: ${bytesText(free)} are free`,
        why: "it evicts everything it fetches at once, and macOS itself suffers when it is the start-up disk",
        next: "make room there, set a limit (CacheLimit), or move the cache: sudo AssetCacheManagerUtil moveCacheTo",
        evidence: `${path}: ${free} bytes free`,
      });
    }
    return { seen: path, symptoms };
  },
};
