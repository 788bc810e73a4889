/**
 * Cache: everything of one cache, or of the caches chosen together. Its uid keeps the name it had first, `site`, so that
 * links and bookmarks go on leading here.
 *
 * Read from the points as they were written, not from roll-ups, so that the last hour is there too.
 *
 * @module
 */

import { WIPE_EVENTS } from "../../../core/schema.ts";
import type { Installation } from "../../installation.ts";
import { annotation, BY_CACHE, board, COLOURS, type Dashboard, selection } from "../../look/look.ts";
import { clients } from "./clients.ts";
import { content } from "./content.ts";
import { neighbours } from "./neighbours.ts";
import { pipe } from "./pipe.ts";
import { ownReport } from "./report.ts";
import { state } from "./state.ts";
import { numbers, traffic } from "./traffic.ts";

/** The board. */
export function site(installation: Installation): Dashboard {
  return board(installation, {
    board: "site",
    title: "Cache",
    description:
      "Everything of one cache: what it served, what it holds, how it is, and whether its numbers arrive. With several caches chosen, or all, the numbers are of all of them together.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(installation, BY_CACHE),
    annotations: [
      annotation(installation, {
        name: "Restarts and gaps",
        event: "restarted|reconfigured|gap|service-started",
        colour: COLOURS.watch,
        select: BY_CACHE,
      }),
      annotation(installation, {
        name: "Wiped",
        event: WIPE_EVENTS.join("|"),
        colour: COLOURS.trouble,
        select: BY_CACHE,
      }),
      annotation(installation, {
        name: "Refused or suspended",
        event: "registration-refused|service-suspended|disk-error|off|suspended|silent|unreachable",
        colour: COLOURS.trouble,
        select: BY_CACHE,
      }),
      annotation(installation, {
        name: "Warming",
        event: "run-start|run-end",
        colour: COLOURS.plain,
        select: BY_CACHE,
      }),
    ],
    sections: [
      { panels: numbers(installation) },
      { panels: traffic(installation) },
      { title: "State and peers", panels: [...state(installation), ...neighbours(installation)] },
      { title: "What it holds", panels: content(installation) },
      { title: "Clients", collapsed: true, panels: clients(installation) },
      { title: "Its own report", collapsed: true, panels: ownReport(installation) },
      { title: "Data delivery", collapsed: true, panels: pipe(installation) },
    ],
  });
}
