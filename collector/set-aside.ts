/**
 * Rows of a database that cannot become a line: they are kept beside the lines sinks refused.
 *
 * @module
 */

import { openRejectFile } from "./ship/ship.ts";

/** A row that cannot become a line, as text, and why. */
export interface RejectedRow {
  readonly what: string;
  readonly reason: string;
}

/**
 * Keeps rows of a source; they are on the disk when it resolves.
 * @returns how many were kept: the others found no room
 * @throws LarderError `REJECT_WRITE`
 */
export type SetAside = (source: string, rows: readonly RejectedRow[]) => Promise<number>;

/** The name of their file, as `rejectPath` takes it. */
export const SET_ASIDE = "_rows";

/** The name of the file for reports that cannot be placed. */
export const SET_ASIDE_REPORTS = "_reports";

/** The file never becomes larger. */
export const SET_ASIDE_MAX_BYTES = 16 * 1024 * 1024;

export interface SetAsideOptions {
  readonly maxBytes?: number;
  /** Default `SET_ASIDE`. */
  readonly name?: string;
}

/** Opens the file for rows that cannot become a line. */
export function openSetAside(
  stateDir: string,
  nowMs: () => number,
  { maxBytes = SET_ASIDE_MAX_BYTES, name = SET_ASIDE }: SetAsideOptions = {},
): SetAside {
  const file = openRejectFile({ stateDir, sink: name }, maxBytes);
  return async (source, rows) => {
    const lines = rows.map(({ what, reason }, index) => {
      // a comment, as it cannot be imported
      return {
        line: Buffer.from(`# ${what.replaceAll(/[\r\n]+/g, " ")}\n`, "utf8"),
        reason: `${source}: ${reason}`,
        index,
      };
    });
    return rows.length - (await file.append(lines, nowMs())).lostLines;
  };
}
