/**
 * Links from one board to another.
 *
 * @module
 */
import { type Board, type Installation, uidOf } from "../installation.ts";

/** A link to another board that keeps time, data source and the coarser choices. */
export function linkTo(installation: Installation, to: Board, parameters: readonly string[]): string {
  const kept = ["${__url_time_range}", "${datasource:queryparam}", "${region:queryparam}", "${school_type:queryparam}"];
  return `/d/${uidOf(installation, to)}?${[...kept, ...parameters].join("&")}`;
}
