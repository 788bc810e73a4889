/**
 * Fleet, for admins: which caches have problems, then one row for each cache.
 *
 * @module
 */

import { WIPE_EVENTS } from "../../../core/schema.ts";
import type { Installation } from "../../installation.ts";
import { annotation, BY_SITE, board, COLOURS, type Dashboard, selection } from "../../look/look.ts";
import { everyCache } from "./caches.ts";
import { devices, reports } from "./clients.ts";
import { alerts, counts, known, problemList, state } from "./list.ts";
import { overall } from "./overall.ts";

/** The board. */
export function fleet(installation: Installation): Dashboard {
  return board(installation, {
    board: "fleet",
    title: "Fleet",
    description: "Every cache, those with problems first.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(installation, BY_SITE),
    annotations: [
      annotation(installation, {
        name: "Wiped",
        event: WIPE_EVENTS.join("|"),
        colour: COLOURS.trouble,
        select: BY_SITE,
      }),
    ],
    sections: [
      { panels: [state(installation), known(installation), counts(installation)] },
      { panels: [problemList(installation), alerts(installation)] },
      { title: "All caches", panels: [everyCache(installation)] },
      { title: "The whole fleet over time", panels: overall(installation) },
      { title: "Clients", collapsed: true, panels: devices(installation) },
      { title: "Caches that send reports", collapsed: true, panels: reports(installation) },
    ],
  });
}
