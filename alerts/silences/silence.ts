/**
 * One silence: of which alerts, until when. Pure.
 *
 * @module
 */

import { fits, type Tags } from "../tags.ts";

/** What is named has to fit; what is left out fits all. */
export interface Silence {
  readonly rule?: string | undefined;
  readonly server?: string | undefined;
  /** Code or name of a site. */
  readonly site?: string | undefined;
  readonly tags: Tags;
  /** When it ends, ISO 8601 with its offset. */
  readonly until: string;
  readonly who?: string | undefined;
  readonly why?: string | undefined;
}

/** What a silence looks at. */
export interface Silenceable {
  readonly rule: string;
  readonly server: string;
  readonly tags: Tags;
}

/** Whether nobody is to be notified of an alert now. */
export function covers(silence: Silence, { rule, server, tags }: Silenceable, nowMs: number): boolean {
  const { rule: ofRule = rule, server: ofServer = server, site } = silence;
  if (nowMs >= Date.parse(silence.until) || ofRule !== rule || ofServer !== server) return false;
  if (site !== undefined && tags["site_code"] !== site && tags["site_name"] !== site) return false;
  return fits(silence.tags, tags);
}
