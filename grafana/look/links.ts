/**
 * Links from one board to another.
 *
 * @module
 */
import { type Board, type Setting, uidOf } from "../setting.ts";

/** A link to another board that keeps time, data source and the coarser choices. */
export function linkTo(setting: Setting, to: Board, parameters: readonly string[]): string {
  const kept = ["${__url_time_range}", "${datasource:queryparam}", "${region:queryparam}", "${school_type:queryparam}"];
  return `/d/${uidOf(setting, to)}?${[...kept, ...parameters].join("&")}`;
}
