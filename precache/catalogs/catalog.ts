/**
 * A catalogue: a place that says which files Apple serves.
 *
 * A catalogue reads one kind of list and yields assets in the room's words. It owns its format and its traps; it does not
 * own what is worth warming (`plan.ts`), how its text is fetched and kept (`fetch-cache.ts`), or that one URL is named
 * twice (`merge.ts`). Contract: `catalog.contract.ts`.
 *
 * @module
 */
import type { Log } from "../../core/log.ts";
import type { Asset, DeviceCount } from "../words/asset.ts";
import type { AddressRule } from "../words/outside-address.ts";

/** What a text must be before it may replace the copy on disk; `any` takes everything. */
export type DocumentKind = "plist" | "xml" | "json" | "token" | "any";

/** One text a catalogue wants. */
export interface DocumentRequest {
  /** `https://…`, `http://…`, `file:///…`, or a path of this machine. */
  readonly url: string;
  readonly kind: DocumentKind;
  /** Set when the address was in a text that somebody else wrote: what may be asked for then. */
  readonly rule?: AddressRule;
  /** Most bytes taken, after decompression; more is an error. */
  readonly maxBytes: number;
  /** Default GET. */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What makes a POST the same question as an earlier one. Default: its body. */
  readonly sameAs?: string;
  /** How old a copy may be before the server is asked again, milliseconds. Default: the door's own. */
  readonly freshMs?: number;
  /** PEM file of an authority trusted for this server beside those of all. */
  readonly caFile?: string | undefined;
  /** What a refusal's body says, for formats that explain themselves; undefined when it says nothing. */
  readonly explainRefusal?: (body: Buffer) => string | undefined;
}

/** A text that is whole: every byte of it arrived, now or at `fetchedMs`. */
export interface CatalogDocument {
  readonly url: string;
  /** When the server last confirmed this text, Unix milliseconds. */
  readonly fetchedMs: number;
  /** Why an old copy is used instead of the server's; undefined when it is current. */
  readonly stale: string | undefined;
  /** Its bytes, decompressed, in pieces. May be called again. */
  read(): AsyncIterable<Buffer>;
}

/** The door through which catalogues get their texts: cached on disk, limited, streamed. */
export interface CatalogFetch {
  /** @throws LarderError `CATALOG_ADDRESS`, `CATALOG_UNREACHABLE`, `CATALOG_REFUSED`, `CATALOG_TOO_LARGE`, `CATALOG_BROKEN` when there is no copy either. */
  open(request: DocumentRequest): Promise<CatalogDocument>;
}

/** What a catalogue may use while listing. */
export interface CatalogContext {
  readonly fetch: CatalogFetch;
  /** Devices to list for; empty means everything the catalogue has. A catalogue may list more than these need. */
  readonly devices: readonly DeviceCount[];
  /** Hosts the admin named, beside Apple's; see `AddressRule`. */
  readonly hosts: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called with what an admin asked for and will not get, as the end of a sentence that begins with "without". */
  readonly trouble: (text: string) => void;
}

/** A catalogue of one kind. */
export interface Catalog {
  /** Stable name, used in `Asset.catalogs` and in the options. */
  readonly name: string;
  /**
   * Every file it names; a URL may come more than once. Entries that cannot be read are left out and reported.
   * @throws LarderError when the text as a whole cannot be had or read; what came before stays good.
   */
  list(context: CatalogContext): AsyncIterable<Asset>;
}
