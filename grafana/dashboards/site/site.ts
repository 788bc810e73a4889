/**
 * Cache: everything of one cache, or of the caches chosen together. Its uid keeps the name it had first, `site`, so that
 * links and bookmarks go on leading here.
 *
 * Read from the points as they were written, not from roll-ups, so that the last hour is there too.
 *
 * @module
 */
import { annotation, BY_CACHE, board, COLOURS, type Dashboard, selection } from "../../look/look.ts";
import type { Setting } from "../../setting.ts";
import { clients } from "./clients.ts";
import { content } from "./content.ts";
import { neighbours } from "./neighbours.ts";
import { pipe } from "./pipe.ts";
import { state } from "./state.ts";
import { numbers, traffic } from "./traffic.ts";

/** The board. */
export function site(setting: Setting): Dashboard {
  return board(setting, {
    board: "site",
    title: "Cache",
    description:
      "Everything of one cache: what it served, what it holds, how it is, and whether its numbers arrive. With several caches chosen, or all, the numbers are of all of them together.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(setting, BY_CACHE),
    annotations: [
      annotation(setting, "Restarts and gaps", "restarted|gap|service-started", COLOURS.watch, BY_CACHE),
      annotation(setting, "Wiped", "wiped|cache-emptied", COLOURS.trouble, BY_CACHE),
      annotation(
        setting,
        "Refused or suspended",
        "registration-refused|service-suspended|disk-error",
        COLOURS.trouble,
        BY_CACHE,
      ),
      annotation(setting, "Warming", "run-start|run-end", COLOURS.plain, BY_CACHE),
    ],
    sections: [
      { panels: numbers(setting) },
      { panels: traffic(setting) },
      { title: "State and peers", panels: [...state(setting), ...neighbours(setting)] },
      { title: "What it holds", panels: content(setting) },
      { title: "Clients", collapsed: true, panels: clients(setting) },
      { title: "Data delivery", collapsed: true, panels: pipe(setting) },
    ],
  });
}
