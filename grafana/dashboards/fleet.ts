/**
 * Fleet, for admins: who is in trouble, then one row for each cache.
 *
 * @module
 */
import { annotation, board } from "../look/board.ts";
import { COLOURS } from "../look/colours.ts";
import type { Dashboard } from "../look/grafana-types.ts";
import { BY_SITE, selection } from "../look/variables.ts";
import type { Setting } from "../setting.ts";
import { everyCache } from "./fleet/caches.ts";
import { overall } from "./fleet/overall.ts";
import { known, TROUBLES, troubleCount, troubleMap } from "./fleet/troubles.ts";

/** So many troubles have a number of their own above the fold; the map below shows all. */
const COUNTED = 5;

/** The board. */
export function fleet(setting: Setting): Dashboard {
  return board(setting, {
    board: "fleet",
    title: "Fleet",
    description: "Every cache, those in trouble first.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(setting, BY_SITE),
    annotations: [annotation(setting, "Wiped", "wiped", COLOURS.trouble, BY_SITE)],
    sections: [
      { panels: [known(setting), ...TROUBLES.slice(0, COUNTED).map((trouble) => troubleCount(setting, trouble))] },
      { panels: [troubleMap(setting)] },
      { title: "All caches", panels: [everyCache(setting)] },
      { title: "The whole fleet over time", panels: overall(setting) },
    ],
  });
}
