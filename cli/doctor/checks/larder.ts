/**
 * What `larder status` and `larder config check` found: the journal and its disk, the passes, the settings.
 *
 * @module
 */
import { countText } from "../../../core/words/amounts.ts";
import type { Check } from "../check.ts";

/** Findings of a status that checks here make of fresher evidence. */
const SEEN_FRESHER = new Set([
  ...["not-activated", "unregistered", "registering", "suspended", "silent", "unreachable", "inactive"],
  ...["activity-unknown", "low-space", "disk-exceeded", "alerts", "neighbour-unhealthy", "idle"],
]);

const WHY: Readonly<Record<string, string>> = {
  status: "what larder shows of this cache is not whole, or will not be for long",
  config: "larder does not do what these settings ask for",
};

export const larder: Check = {
  name: "larder",
  title: "larder itself",
  finds: ["larder-status", "larder-config"],
  look({ found }) {
    if (found === undefined) return undefined;
    const symptoms = found
      .filter(({ from, id }) => from === "config" || !SEEN_FRESHER.has(id))
      .map(({ from, id, where, ...finding }) => ({
        ...finding,
        ...(where === null || where === undefined ? {} : { where }),
        id: `larder-${from}`,
        why: WHY[from] ?? "",
        evidence: `${from === "status" ? "larder status" : "larder config check"}: ${id}`,
      }));
    return { seen: symptoms.length === 0 ? "well" : countText(symptoms.length, "finding"), symptoms };
  },
};
