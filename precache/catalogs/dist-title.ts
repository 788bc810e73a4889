/**
 * What a `.dist` says about a product of the software update catalogue: title, version, build.
 *
 * It is XML with a script in it: `<title>`, sometimes only the name of a translation (`SU_TITLE`) that is further
 * below, and a small dictionary in `<auxinfo>` with VERSION and BUILD.
 *
 * @module
 */
import { type SaxesAttributePlain, SaxesParser } from "saxes";
import { LarderError } from "../../core/errors.ts";
import { shortened } from "../../core/words/printable.ts";

export interface DistTitle {
  readonly title: string | undefined;
  readonly version: string | undefined;
  readonly build: string | undefined;
}

const MAX_DEPTH = 64;
const MAX_KEPT = 256 * 1024;

/**
 * Reads one .dist as it arrives.
 * @param what its address, for messages
 * @throws LarderError `CATALOG_BROKEN` with the line
 */
export async function readDistTitle(source: AsyncIterable<Buffer>, what: string): Promise<DistTitle> {
  const parser = new SaxesParser({ position: false });
  const reader = new DistReader();
  const broken = (problem: string) =>
    new LarderError(`Cannot read .dist "${what}": line ${parser.line}: ${shortened(problem, 300)}`, {
      code: "CATALOG_BROKEN",
    });
  parser.on("error", (error) => {
    throw broken(error.message);
  });
  parser.on("doctype", (text) => {
    if (text.includes("[")) throw broken("its DOCTYPE declares entities");
  });
  parser.on("opentag", (tag) => {
    if (!reader.open(tag.name, tag.attributes)) throw broken(`more than ${MAX_DEPTH} tags inside each other`);
  });
  parser.on("closetag", () => reader.close());
  parser.on("text", (text) => reader.text(text));
  parser.on("cdata", (text) => reader.text(text));
  const decoder = new TextDecoder();
  for await (const piece of source) parser.write(decoder.decode(piece, { stream: true }));
  parser.write(decoder.decode()).close();
  return reader.result();
}

type Part = "title" | "strings" | "key" | "value";

/** Keeps the few texts that matter; the rest passes by. */
class DistReader {
  private readonly openTags: string[] = [];
  private part: Part | undefined;
  private kept = "";
  private title = "";
  private strings = "";
  private key = "";
  private readonly aux = new Map<string, string>();

  open(name: string, attributes: Readonly<Record<string, SaxesAttributePlain | string>>): boolean {
    this.openTags.push(name);
    this.part = this.partOf(name, attributes["language"]);
    this.kept = "";
    return this.openTags.length <= MAX_DEPTH;
  }

  text(text: string): void {
    if (this.part !== undefined && this.kept.length < MAX_KEPT) this.kept += text;
  }

  close(): void {
    this.openTags.pop();
    if (this.part === "title" && this.title === "") this.title = this.kept.trim();
    if (this.part === "strings") this.strings = this.kept;
    if (this.part === "key") this.key = this.kept.trim();
    if (this.part === "value") this.aux.set(this.key, this.kept.trim());
    this.part = undefined;
  }

  result(): DistTitle {
    return {
      title: this.translated(this.title),
      version: this.aux.get("VERSION") || this.translated("SU_VERS"),
      build: this.aux.get("BUILD") || undefined,
    };
  }

  private partOf(name: string, language: SaxesAttributePlain | string | undefined): Part | undefined {
    if (name === "title") return "title";
    if (name === "strings") return this.strings === "" || /^en/i.test(String(language)) ? "strings" : undefined;
    if (!this.openTags.includes("auxinfo")) return undefined;
    return name === "key" ? "key" : name === "string" ? "value" : undefined;
  }

  /** A title that is a name of the translations, looked up in them; undefined when it is not there. */
  private translated(text: string): string | undefined {
    if (!/^SU_[A-Z]+$/.test(text)) return text === "" ? undefined : text;
    const found = new RegExp(`"?\\b${text}"?\\s*=\\s*"((?:[^"\\\\]|\\\\.){0,500})"`).exec(this.strings)?.[1];
    return found === undefined || found === "" ? undefined : found.replaceAll(/\\(.)/g, "$1");
  }
}
