/**
 * Which cache a series of a database is of, and the tags its lines get. Pure.
 *
 * The pipeline of 2017 wrote no tag for the cache, only for its site. A name that is wrong cannot be taken back once
 * lines are in the journal, so it is only guessed where there is nothing to choose.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { tagText } from "../../core/line/line.ts";
import { printable } from "../../core/words/printable.ts";

type Tags = Readonly<Record<string, string>>;

/** What the admin says of names. */
export interface NamesWanted {
  /** One name for all. */
  readonly server?: string | undefined;
  /** The tag whose value is the name. */
  readonly serverTag?: string | undefined;
  /** The cache this state folder is of, and its tags. */
  readonly own: { readonly server: string; readonly tags: Tags };
}

/** A cache and the tags of its lines; undefined for a series that has no name. */
export type NameOf = (tags: Tags) => { readonly server: string; readonly tagText: string } | undefined;

/**
 * How series are named.
 * @param found the tags of all series
 * @throws LarderError `IMPORT_NAMES` where nothing says which cache is which
 */
export function namesOf(found: readonly Tags[], wanted: NamesWanted): NameOf {
  const unnamed = found.filter(({ server }) => server === undefined);
  const choice = wanted.server === undefined && wanted.serverTag === undefined;
  if (choice && unnamed.length > 1) throw whoIsWho(unnamed);
  const name = ({ [wanted.serverTag ?? "server"]: value }: Tags): string | undefined => {
    if (wanted.server !== undefined) return wanted.server;
    return value ?? (wanted.serverTag === undefined ? wanted.own.server : undefined);
  };
  return (tags) => {
    const server = name(tags);
    if (server === undefined) return undefined;
    const own = server === wanted.own.server ? wanted.own.tags : {};
    return { server, tagText: tagText({ ...own, ...tags, server }) };
  };
}

const MOST_SHOWN = 5;

function whoIsWho(found: readonly Tags[]): LarderError {
  const shown = found.slice(0, MOST_SHOWN).map((tags) => {
    const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
    return printable(pairs.length === 0 ? "(no tags)" : pairs.join(" "));
  });
  const more = found.length - shown.length;
  return new LarderError(
    `Cannot import: ${found.length} series do not say which cache they are of: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    {
      code: "IMPORT_NAMES",
      state: "nothing was changed",
      next: "--server-tag site_code names each by a tag of its own; --tag site_code=… --server NAME takes one cache",
    },
  );
}
