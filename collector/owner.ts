/**
 * Whose state folder it is: the name of the cache, and where its databases are.
 *
 * A second cache on the same folder would have its rows taken for those of the first, and left out where the two agree.
 * What differs from what was noted is therefore believed only on evidence: a database that holds the row taken last, or is
 * the same file, is the same cache under another name or in another place. Anything else is refused.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import type { Cursors, Json } from "../core/journal/journal.ts";
import type { Log } from "../core/log.ts";
import type { Source } from "./sources/sources.ts";

/** Its key in the commit marks of the collector. */
export const OWNER_CURSOR = "owner";

/** A place a source is read from, and the file that is there. */
interface OwnedPlace {
  readonly place: string;
  /** "" where it is not a file. */
  readonly file: string;
}

export interface Owner {
  readonly server: string;
  readonly places: Readonly<Record<string, OwnedPlace>>;
}

export interface OwnerCheck {
  readonly stateDir: string;
  readonly cursors: Cursors;
  readonly server: string;
  readonly sources: readonly Source[];
  readonly log: Log;
  /** The admin says that the folder is this cache's. */
  readonly takeOver: boolean;
}

/**
 * Whether the state folder is this cache's.
 * @returns what to note in the journal; undefined when it is noted already
 * @throws LarderError `STATE_OTHER_CACHE`, and what opening a database throws
 */
export async function checkOwner(check: OwnerCheck): Promise<Json | undefined> {
  const noted = noteOf(check.cursors[OWNER_CURSOR]);
  const present = await ownerOf(check);
  const merged = { server: present.server, places: { ...noted?.places, ...present.places } };
  const json = JSON.parse(JSON.stringify(merged)) as Json;
  if (noted === undefined || check.takeOver) return json;
  const differs = difference(noted, present);
  if (differs === undefined) return JSON.stringify(merged) === JSON.stringify(noted) ? undefined : json;
  if (!(await isSame(check, noted, present))) throw otherCache(check.stateDir, noted, present);
  check.log.info("the state folder goes on with its cache", { was: differs.was, is: differs.is });
  return json;
}

async function ownerOf({ server, sources }: OwnerCheck): Promise<Owner> {
  const places: Record<string, OwnedPlace> = {};
  for (const source of sources) places[source.name] = { place: source.place, file: (await source.file?.()) ?? "" };
  return { server, places };
}

/** The first thing that is other than noted. A source that is new, or was left out, says nothing. */
function difference(noted: Owner, present: Owner): { was: string; is: string } | undefined {
  if (noted.server !== present.server) return { was: noted.server, is: present.server };
  for (const [name, { place }] of Object.entries(present.places)) {
    const was = noted.places[name]?.place;
    if (was !== undefined && was !== place) return { was, is: place };
  }
  return undefined;
}

/** Whether the sources say that it is the same cache. */
async function isSame({ cursors, sources, log }: OwnerCheck, noted: Owner, present: Owner): Promise<boolean> {
  let other = false;
  for (const source of sources) {
    const was = noted.places[source.name];
    const is = present.places[source.name];
    if (was === undefined || is === undefined) continue;
    const samePlace = was.place === is.place;
    if (samePlace && is.file !== "" && was.file === is.file) return true;
    const cursor = cursors[source.name];
    const found = cursor === undefined ? "nothing" : await source.continues?.(cursor, { log });
    if (found === "same") return true;
    // what cannot be asked, such as a command, is another one in another place only
    if (found === "other" || (found === undefined && !samePlace)) other = true;
  }
  // nothing was taken yet that could be mixed up
  return !other;
}

function otherCache(stateDir: string, noted: Owner, present: Owner): LarderError {
  const places = ({ places: all }: Owner): string => {
    const texts = Object.values(all).map(({ place }) => place);
    return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
  };
  const message = `Cannot collect into "${stateDir}": it belongs to the cache "${noted.server}"${places(noted)}, and this is "${present.server}"${places(present)}`;
  return new LarderError(message, {
    code: "STATE_OTHER_CACHE",
    state: "nothing was read and nothing was changed",
    next: "give each cache a stateDir of its own; if it is the same cache, with another name or database, run `larder collect --once --take-over`",
  });
}

/** What a commit mark notes of the owner; undefined where it notes none. */
export function noteOf(json: Json | undefined): Owner | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const { server, places } = json as Record<string, Json>;
  if (typeof server !== "string" || typeof places !== "object" || places === null) return undefined;
  const known = new Map<string, OwnedPlace>();
  for (const [name, value] of Object.entries(places as Record<string, Json>)) {
    const { place, file } = (value ?? {}) as Record<string, Json>;
    if (typeof place === "string" && typeof file === "string") known.set(name, { place, file });
  }
  return { server, places: Object.fromEntries(known) };
}
