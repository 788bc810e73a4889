/**
 * Site: everything of one cache, or of the caches chosen together.
 *
 * Read from the points as they came, not from roll-ups, so that the last hour is there too.
 *
 * @module
 */
import { annotation, board } from "../look/board.ts";
import { COLOURS } from "../look/colours.ts";
import type { Dashboard } from "../look/grafana-types.ts";
import { BY_CACHE, selection } from "../look/variables.ts";
import type { Setting } from "../setting.ts";
import { content } from "./site/content.ts";
import { neighbours } from "./site/neighbours.ts";
import { pipe } from "./site/pipe.ts";
import { numbers, traffic } from "./site/traffic.ts";

/** The board. */
export function site(setting: Setting): Dashboard {
  return board(setting, {
    board: "site",
    title: "Site",
    description:
      "Everything of one cache: what it served, what it holds, how it is, and whether its numbers get through.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(setting, BY_CACHE),
    annotations: [
      annotation(setting, "Restarts and gaps", "restarted|gap", COLOURS.watch, BY_CACHE),
      annotation(setting, "Wiped", "wiped", COLOURS.trouble, BY_CACHE),
      annotation(setting, "Warming", "run-start|run-end", COLOURS.plain, BY_CACHE),
    ],
    sections: [
      { panels: numbers(setting) },
      { panels: traffic(setting) },
      { title: "What it holds", panels: content(setting) },
      { title: "Peers and parents", panels: neighbours(setting) },
      { title: "Data delivery", collapsed: true, panels: pipe(setting) },
    ],
  });
}
