/**
 * Settings of the cache that hurt: a limit below what devices will ask for, half of the content left out.
 *
 * @module
 */
import { bytesText, countText } from "../../../core/words/amounts.ts";
import type { Check, Symptom } from "../check.ts";
import type { Facts } from "../facts/facts.ts";

/** Sizes of whole updates in autumn 2026: one file for all Macs, and one for each recent model of iPhone or iPad. */
const MAC_UPDATE_BYTES = 18_400_000_000;
const DEVICE_UPDATE_BYTES = 9_500_000_000;
/** Without an inventory: Macs and a few kinds of iPad and iPhone. */
const USUAL_MODELS = 4;

export const cacheSettings: Check = {
  name: "cache-settings",
  title: "Settings of the cache",
  finds: ["limit-small", "shared-only", "personal-only"],
  look(facts) {
    const { settings } = facts;
    if (settings === undefined) return undefined;
    const symptoms: Symptom[] = [...limitSymptoms(facts)];
    if (settings.shared === false) {
      symptoms.push({
        id: "personal-only",
        level: "bad",
        said: "the cache keeps iCloud content only: updates and apps are not cached",
        why: "updates are nearly all there is to save, and every device downloads them from Apple",
        next: "set AllowSharedCaching to true in the cache's settings or its profile",
        evidence: "AllowSharedCaching false",
      });
    } else if (settings.personal === false) {
      symptoms.push({
        id: "shared-only",
        level: "warn",
        said: "the cache keeps shared content only: nothing of iCloud",
        why: "photos and documents of iCloud are fetched from Apple by each device of a person",
        next: "set AllowPersonalCaching to true, unless it is off on purpose (a disk without encryption)",
        evidence: "AllowPersonalCaching false",
      });
    }
    const { limitBytes } = settings;
    const seen = limitBytes === undefined ? "" : limitBytes === 0 ? "no limit" : `limit ${bytesText(limitBytes)}`;
    return { seen, symptoms };
  },
};

function limitSymptoms({ settings, status, about }: Facts): Symptom[] {
  const limit = settings?.limitBytes ?? status?.limitBytes ?? 0;
  const models = about.models > 0 ? about.models : USUAL_MODELS;
  const needed = MAC_UPDATE_BYTES + models * DEVICE_UPDATE_BYTES;
  if (limit === 0 || limit >= needed) return [];
  const whose = about.models > 0 ? `${countText(models, "model")} in the inventory` : `Macs and ${models} models`;
  return [
    {
      id: "limit-small",
      level: limit < MAC_UPDATE_BYTES ? "bad" : "warn",
      said: `the limit of ${bytesText(limit)} is less than one round of updates takes (${bytesText(needed)})`,
      why: "files are evicted before the last device has asked for them, and fetched from Apple again",
      next: "raise CacheLimit, or set it to 0 for no limit",
      evidence: `CacheLimit ${limit}; ${whose}: 18.4 GB for Macs and 9.5 GB for each model`,
    },
  ];
}
