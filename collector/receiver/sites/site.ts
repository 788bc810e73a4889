/**
 * Which tags a cache gets: what is asked, and what is answered.
 *
 * @module
 */

/** What a cache is known by. */
export interface CacheNames {
  readonly serial: string;
  readonly guid: string;
  readonly hostname: string;
}

/** What the site file says of a cache. */
export interface Site {
  /** Its name on its points; undefined when it keeps its own. */
  readonly server: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** The site file as it is now. */
export interface Sites {
  /** The serial number decides before the GUID, and the GUID before the name. */
  find(names: CacheNames): Site | undefined;
  /** Tags of a cache it does not name. */
  readonly unassigned: Readonly<Record<string, string>>;
}

/** Where there is no site file: no cache has tags of its own. */
export const NO_SITES: Sites = { find: () => ({ server: undefined, tags: {} }), unassigned: {} };
