/**
 * Apple's databases: there, readable by us, and fresh. A refusal has two causes that look alike: privacy protection
 * (`EPERM`) and owner or mode (`EACCES`).
 *
 * @module
 */

import { levelOf, THRESHOLDS } from "../../../core/thresholds.ts";
import { ageText } from "../../../core/words/amounts.ts";
import { fullDiskAccessStep } from "../../../core/words/system-errors.ts";
import type { Check, Symptom } from "../check.ts";
import type { FileRecord } from "../facts/facts.ts";

export const databases: Check = {
  name: "databases",
  title: "Apple's database",
  finds: ["database-missing", "database-privacy", "database-denied", "database-damaged", "database-stale"],
  look({ about, files }) {
    const all = files?.filter(({ what }) => what === "metrics-db" || what === "metrics-sqlite") ?? [];
    if (about.part !== "cache" || all.length === 0) return undefined;
    const there = all.filter(({ code }) => code !== "ENOENT");
    if (there.length === 0) return { seen: "none", symptoms: [missing(all)] };
    const symptoms = there.flatMap((file) => symptomOf(file, about.atMs) ?? []);
    return { seen: there.map(({ path }) => path).join(", "), symptoms };
  },
};

function missing(all: readonly FileRecord[]): Symptom {
  return {
    id: "database-missing",
    level: "bad",
    said: "neither of Apple's metrics databases is there",
    why: "larder then knows only what a status says: how many bytes, not where they came from",
    next: "the cache makes it when it first serves something: let a device download an update through it",
    evidence: all.map(({ path }) => path).join(", "),
  };
}

function symptomOf(file: FileRecord, nowMs: number): Symptom | undefined {
  const { path, code, mode, owner, problem, newestRow } = file;
  if (code === "EPERM") {
    return {
      id: "database-privacy",
      level: "bad",
      said: `macOS keeps larder away from ${path}: privacy protection`,
      why: "larder records nothing of this cache, although owner and mode are right and it runs as root",
      next: fullDiskAccessStep(),
      evidence: "open: EPERM (1), which is privacy protection; EACCES (13) would be owner and mode",
    };
  }
  if (code === "EACCES") {
    const rights = mode === null || mode === undefined ? "" : `, mode ${(mode & 0o7777).toString(8)}, owner ${owner}`;
    return {
      id: "database-denied",
      level: "bad",
      said: `this user may not read ${path}`,
      why: "larder records nothing of this cache",
      next: "run larder as root, as its LaunchDaemon does: sudo larder doctor",
      evidence: `open: EACCES (13), which is owner and mode${rights}`,
    };
  }
  if (code !== null || (problem !== null && problem !== undefined)) {
    return {
      id: "database-damaged",
      level: "bad",
      said: `${path} cannot be read as a database`,
      why: "larder records nothing of this cache",
      next: "restart content caching; if it stays so, move the file away: the cache makes a new one",
      evidence: `${code ?? problem}`,
    };
  }
  const newest = Date.parse(newestRow ?? "");
  const age = nowMs - newest;
  if (Number.isNaN(age) || levelOf(THRESHOLDS.newestRowSeconds, age / 1000) === "fine") return undefined;
  return {
    id: "database-stale",
    level: "warn",
    said: `the newest row of ${path} is ${ageText(age)} old`,
    why: "either nobody has asked this cache for anything since, or it no longer records what it serves",
    next: "on a device: AssetCacheLocatorUtil shows whether it finds this cache; larder doctor there says why not",
    evidence: `newest row ${newestRow}`,
  };
}
