/**
 * The site file: read at the beginning, and again when it has changed. One that cannot be used leaves what was read before.
 *
 * @module
 */
import { watchFiles } from "../../../core/changed-files.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import type { Log } from "../../../core/log.ts";
import { NO_SITES, type Sites } from "./site.ts";
import { parseSites, type SiteTable, sitesOf } from "./site-table.ts";

export interface SiteFileOptions {
  /** Undefined: there is none. */
  readonly path: string | undefined;
  /** Tags of a cache it does not name. */
  readonly unassigned: Readonly<Record<string, string>>;
  readonly log: Log;
  /** How often it is looked at, milliseconds. Default 10 s. */
  readonly everyMs?: number;
}

export interface SiteFile {
  /** As they are now. */
  sites(): Sites;
  close(): void;
}

const MAX_BYTES = 32 * 1024 * 1024;
const EVERY_MS = 10_000;

/**
 * The table in a file.
 * @throws LarderError `RECEIVE_SITES` when it cannot be read
 */
export async function readSites(path: string): Promise<SiteTable> {
  try {
    return parseSites((await readRegularFile(path, MAX_BYTES)).bytes);
  } catch (error) {
    throw unusable(path, errorText(error), error);
  }
}

/**
 * Opens the file.
 * @throws LarderError `RECEIVE_SITES` when it cannot be read, or no row of it can be used
 */
export async function openSiteFile({ path, unassigned, log, everyMs = EVERY_MS }: SiteFileOptions): Promise<SiteFile> {
  if (path === undefined) return { sites: () => NO_SITES, close: () => undefined };
  const read = async (): Promise<Sites> => {
    const table = await readSites(path);
    const [first] = table.faults;
    if (table.rows.length === 0) throw unusable(path, first === undefined ? "it has no rows" : faultText(first));
    if (first !== undefined)
      log.warn("rows of the site file cannot be used", { path, faults: table.faults.length, first: faultText(first) });
    return sitesOf(table, unassigned);
  };
  let sites = NO_SITES;
  const onChange = async (): Promise<void> => {
    try {
      sites = await read();
      log.info("read the site file again", { path });
    } catch (error) {
      log.warn("going on with the sites we have", { error: errorText(error) });
    }
  };
  // looked at before it is read: a change meanwhile is one that is seen
  const close = await watchFiles({ paths: [path], everyMs, onChange });
  try {
    sites = await read();
  } catch (error) {
    close();
    throw error;
  }
  return { sites: () => sites, close };
}

/** `line 3: …`. */
export function faultText({ line, problem }: { readonly line: number; readonly problem: string }): string {
  return line === 0 ? problem : `line ${line}: ${problem}`;
}

function unusable(path: string, why: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot use the sites in "${path}": ${why}`, {
    code: "RECEIVE_SITES",
    state: "nothing was started or changed",
    next: "give a table with the column serial, guid or hostname, and a column for each tag; larder receive sites check says what it makes of it",
    ...(cause === undefined ? {} : { cause }),
  });
}
