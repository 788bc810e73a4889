/**
 * Whether somebody would be notified: each notifier's host answers. Nothing is sent.
 *
 * @module
 */
import { countText } from "../../../core/words/amounts.ts";
import type { Check } from "../check.ts";

export const notifiers: Check = {
  name: "notifiers",
  title: "Notifiers",
  finds: ["notifier-unreachable"],
  look({ notifiers: all }) {
    if (all === undefined || all.length === 0) return undefined;
    const symptoms = all
      .filter(({ code }) => code !== null)
      .map(
        ({ name, place, code, said }) =>
          ({
            id: "notifier-unreachable",
            level: "bad",
            said: `${name} cannot be reached at ${place}`,
            why: "nobody is notified when the cache fails",
            next: `correct it, then: larder alerts test --to ${name}`,
            evidence: said ?? code ?? "",
          }) as const,
      );
    return { seen: countText(all.length, "notifier"), symptoms };
  },
};
