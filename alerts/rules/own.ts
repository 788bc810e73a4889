/**
 * The computer that watches: room for its journal, rows it could not read, people it cannot notify.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { compared, NO_DATA, OK, ownRule, type Verdict } from "./rule.ts";

export const journalDisk = ownRule("journal-disk", ({ freeBytes }, { limits }) => {
  if (freeBytes === undefined) return NO_DATA;
  const { trouble: _, ...early } = limits.journalFreeBytes;
  const verdict = compared(early, freeBytes, () => ({ values: { bytes: freeBytes } }));
  if (verdict.is !== "firing") return verdict;
  return { ...verdict, level: levelOf(limits.journalFreeBytes, freeBytes) === "trouble" ? "bad" : "warn" };
});

export const rowsSetAside = ownRule("rows-set-aside", ({ setAsideBytes: bytes }, { limits }) =>
  compared(limits.any, bytes, () => ({ values: { bytes } })),
);

export const journalDamaged = ownRule("journal-damaged", ({ damagedBytes: bytes }) => {
  return bytes === 0 ? OK : { is: "firing", level: "warn", values: { bytes } };
});

export const logUnknown = ownRule("log-unknown", ({ log }, { limits }) => {
  if (log === undefined || levelOf(limits.logLines, log.lines) === "fine") return NO_DATA;
  const share = log.unknown / log.lines;
  return compared(limits.logUnknown, share, () => ({ values: { share } }));
});

export const notifier = ownRule("notifier", ({ notifiers }) => {
  if (notifiers.length === 0) return OK;
  return notifiers.map(({ name, failingMs, why, refused }): Verdict => {
    if (failingMs === undefined) return { is: "ok", part: name };
    const at = { part: name, values: { name, why }, sinceMs: failingMs };
    return { is: "firing", level: "bad", ...at, ...(refused ? { atOnce: true as const } : {}) };
  });
});
