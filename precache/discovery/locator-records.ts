/**
 * The records Apple's locator goes by, of a site's own domain.
 *
 * @module
 */
import { createLookUp, searchDomain } from "./dns-look-up.ts";
import { type LocatorRecords, readLocatorRecords } from "./dns-txt.ts";

/**
 * The `_aaplcache._tcp` records of a domain.
 * @param domain the search domain of this computer when it is undefined; without one there are no records to ask for
 */
export async function locatorRecordsOf(
  domain: string | undefined,
): Promise<{ domain: string | undefined; records: LocatorRecords | undefined }> {
  const asked = domain ?? (await searchDomain());
  return { domain: asked, records: asked === undefined ? undefined : await readLocatorRecords(asked, createLookUp()) };
}
