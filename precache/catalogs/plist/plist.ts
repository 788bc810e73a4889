/**
 * XML property lists of any size, read as they arrive.
 *
 * Catalogues are one big container; its entries are handed over one by one, so that memory holds one entry and one piece
 * of text, however long the file is. What lies beside the wanted container is checked and dropped.
 *
 * Safe against hostile text: depth, text length and nodes of an entry are limited; a DOCTYPE that declares entities is
 * refused; a key that comes twice is an error; dictionaries are maps, so no key can reach a prototype.
 *
 * @module
 */
import { isAscii } from "node:buffer";
import { LarderError } from "../../../core/errors.ts";
import { shortened } from "../../../core/words/printable.ts";
import { PlistBuilder } from "./builder.ts";
import { PlistTokens } from "./tokens.ts";
import type { PlistEntry, PlistValue } from "./value.ts";

export type { PlistDict, PlistValue } from "./value.ts";

/** Characters of what is wrong, which repeats names of the text. */
const LONGEST_PROBLEM = 300;

export interface PlistLimits {
  /** Containers inside each other. Default 64. */
  readonly maxDepth?: number;
  /** Characters of one text, comment or tag. Default 1 MiB. */
  readonly maxText?: number;
  /** Values in one entry. Default 500,000. */
  readonly maxNodes?: number;
  /** Keys that are wanted, wherever they are in an entry. Default all; values of others are checked, not built. */
  readonly only?: readonly string[];
}

export interface PlistEntriesOptions extends PlistLimits {
  /** Of the wanted container, keys from the top: `["Products"]`. */
  readonly path: readonly string[];
  /** The file, for messages. */
  readonly what: string;
}

/**
 * The children of the container at `path`, in the order of the file.
 * @throws LarderError `CATALOG_BROKEN` with the line: not well-formed, cut short, no property list, past a limit, or
 *   nothing at `path`. Entries before the fault have been handed over.
 */
export async function* readPlistEntries(
  source: AsyncIterable<Buffer>,
  { path, what, ...limits }: PlistEntriesOptions,
): AsyncIterable<PlistEntry> {
  const reader = new PlistReader(path, what, limits);
  for await (const piece of source) yield* reader.write(piece);
  yield* reader.end();
}

/** A whole, small property list. @throws as `readPlistEntries` */
export async function readPlist(
  source: AsyncIterable<Buffer>,
  what: string,
  limits: PlistLimits = {},
): Promise<PlistValue> {
  const reader = new PlistReader(undefined, what, limits);
  let entry: PlistEntry | undefined;
  for await (const piece of source) for (const found of reader.write(piece)) entry = found;
  for (const found of reader.end()) entry = found;
  if (entry === undefined) throw reader.broken("there is no value in it");
  return entry.value;
}

/** Text in, entries out: the parser and the builder joined, without any waiting. */
class PlistReader {
  private readonly tokens: PlistTokens;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private readonly what: string;
  private readonly builder: PlistBuilder;
  /** True while all text was ASCII, which needs no decoder. */
  private plain = true;

  constructor(path: readonly string[] | undefined, what: string, limits: PlistLimits) {
    this.what = what;
    this.builder = new PlistBuilder({
      path,
      maxDepth: limits.maxDepth ?? 64,
      maxNodes: limits.maxNodes ?? 500_000,
      only: limits.only === undefined ? undefined : new Set(limits.only),
      fail: (problem) => this.broken(problem),
      line: () => this.tokens.line(),
    });
    const fail = (problem: string) => this.broken(problem);
    this.tokens = new PlistTokens({ maxText: limits.maxText ?? 1024 * 1024, sink: this.builder, fail });
  }

  /** The entries that end in this piece, each handed over before the next is built. */
  *write(piece: Buffer | undefined): Iterable<PlistEntry> {
    this.tokens.feed(this.decode(piece));
    while (this.tokens.step()) {
      const entry = this.builder.take();
      if (entry !== undefined) yield entry;
    }
  }

  *end(): Iterable<PlistEntry> {
    yield* this.write(undefined);
    this.tokens.end();
    this.builder.finish();
  }

  /** A fault of the text at the line reached. */
  broken(problem: string, cause?: unknown): LarderError {
    return new LarderError(
      `Cannot read property list "${this.what}": line ${this.tokens.line()}: ${shortened(problem, LONGEST_PROBLEM)}`,
      {
        code: "CATALOG_BROKEN",
        cause,
      },
    );
  }

  private decode(piece: Buffer | undefined): string {
    try {
      if (piece !== undefined && this.plain && isAscii(piece)) return piece.toString("latin1");
      this.plain = false;
      return piece === undefined ? this.decoder.decode() : this.decoder.decode(piece, { stream: true });
    } catch (error) {
      throw this.broken("it is not UTF-8 text", error);
    }
  }
}
