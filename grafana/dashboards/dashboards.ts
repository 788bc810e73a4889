/**
 * All boards of an installation.
 *
 * @module
 */

import { type Board, checkInstallation, type Installation } from "../installation.ts";
import type { Dashboard } from "../look/look.ts";
import { fleet } from "./fleet/fleet.ts";
import { savings } from "./savings.ts";
import { site } from "./site/site.ts";
import { warming } from "./warming.ts";

const BOARDS: Readonly<Record<Board, (installation: Installation) => Dashboard>> = { savings, fleet, site, warming };

/** Every board, by name, ready to be written as JSON. */
export function boards(installation: Installation): Readonly<Record<Board, Dashboard>> {
  checkInstallation(installation);
  const built = Object.entries(BOARDS).map(([name, build]) => [name, plainJson(build(installation))] as const);
  return Object.fromEntries(built) as Record<Board, Dashboard>;
}

/** A board as a file holds it. */
export function boardText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

/** What undefined leaves behind in JSON, so that what is compared is what is written. */
function plainJson(dashboard: Dashboard): Dashboard {
  return JSON.parse(JSON.stringify(dashboard)) as Dashboard;
}
