/**
 * Fleet, for admins: which caches have problems, then one row for each cache.
 *
 * @module
 */
import { annotation, BY_SITE, board, COLOURS, type Dashboard, selection } from "../../look/look.ts";
import type { Setting } from "../../setting.ts";
import { everyCache } from "./caches.ts";
import { alerts, counts, known, problemList, state } from "./list.ts";
import { overall } from "./overall.ts";

/** The board. */
export function fleet(setting: Setting): Dashboard {
  return board(setting, {
    board: "fleet",
    title: "Fleet",
    description: "Every cache, those with problems first.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(setting, BY_SITE),
    annotations: [annotation(setting, "Wiped", "wiped", COLOURS.trouble, BY_SITE)],
    sections: [
      { panels: [state(setting), known(setting), counts(setting)] },
      { panels: [problemList(setting), alerts(setting)] },
      { title: "All caches", panels: [everyCache(setting)] },
      { title: "The whole fleet over time", panels: overall(setting) },
    ],
  });
}
