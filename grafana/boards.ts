/**
 * All boards of an installation.
 *
 * @module
 */
import { fleet } from "./dashboards/fleet.ts";
import { savings } from "./dashboards/savings.ts";
import { site } from "./dashboards/site.ts";
import { warming } from "./dashboards/warming.ts";
import type { Dashboard } from "./plain.ts";
import { type Board, checkSetting, type Setting } from "./setting.ts";

const BOARDS: Readonly<Record<Board, (setting: Setting) => Dashboard>> = { savings, fleet, site, warming };

/** Every board, by name, ready to be written as JSON. */
export function boards(setting: Setting): Readonly<Record<Board, Dashboard>> {
  checkSetting(setting);
  const built = Object.entries(BOARDS).map(([name, build]) => [name, plainJson(build(setting))] as const);
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
