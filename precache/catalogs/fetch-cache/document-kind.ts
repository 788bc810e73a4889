/**
 * Whether a text is of the kind that was asked for, by how it begins and ends: an HTML page of a proxy and a text that
 * was cut short are found before they replace a good copy.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import { publicUrl } from "../../../core/http/http.ts";
import type { DocumentKind, DocumentRequest } from "../catalog.ts";

const KEPT = 512;

const BEGINS: Readonly<Record<DocumentKind, RegExp>> = {
  plist: /^\uFEFF?\s*(?:<\?xml|<!DOCTYPE\s+plist|<plist|<!--)/,
  xml: /^\uFEFF?\s*<(?!!doctype\s+html|html)/i,
  json: /^\uFEFF?\s*[[{]/,
  token: /^\s*"?(?:eyJ|\{)/,
  any: /^/,
};

const ENDS: Readonly<Record<DocumentKind, RegExp>> = {
  plist: /<\/plist\s*>\s*(?:<!--.*)?$/s,
  xml: />\s*$/,
  json: /[\]}]\s*$/,
  token: /[\w=}"-]\s*$/,
  any: /$/,
};

/** Sees all pieces of a text and remembers its two ends. */
export class KindCheck {
  private readonly request: Pick<DocumentRequest, "url" | "kind">;
  private head = "";
  private tail = "";
  private checked = false;

  constructor(request: Pick<DocumentRequest, "url" | "kind">) {
    this.request = request;
  }

  /** @throws LarderError `CATALOG_BROKEN` as soon as the text cannot be of its kind */
  look(piece: Buffer): void {
    if (this.head.length < KEPT) this.head += piece.toString("latin1", 0, KEPT).replace(/^\xef\xbb\xbf/, "");
    if (this.head.length >= KEPT) this.checkHead();
    this.tail = (this.tail + piece.toString("latin1", Math.max(0, piece.length - KEPT))).slice(-KEPT);
  }

  /** @throws LarderError `CATALOG_BROKEN` when the text does not end as its kind does */
  end(): void {
    this.checkHead();
    const { kind } = this.request;
    if (ENDS[kind].test(this.tail)) return;
    throw this.broken(`it ends with "${excerpt(this.tail.slice(-40))}", not as ${kind} does: it was cut short`);
  }

  private checkHead(): void {
    if (this.checked) return;
    this.checked = true;
    const { kind } = this.request;
    if (BEGINS[kind].test(this.head)) return;
    throw this.broken(`it begins with "${excerpt(this.head.slice(0, 40))}", expected ${kind}`);
  }

  private broken(problem: string): LarderError {
    return new LarderError(`Cannot read catalogue "${publicUrl(this.request.url)}": ${problem}`, {
      code: "CATALOG_BROKEN",
    });
  }
}

function excerpt(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").trim();
}
