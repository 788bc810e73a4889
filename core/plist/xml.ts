/**
 * XML property lists, small ones: a fault is named by line and column, and no part of the text is repeated, which may be a secret.
 *
 * @module
 */
import { SaxesParser } from "saxes";

/** Why a text is not a property list: `line 8, column 10: …`. */
export class PlistFault extends Error {}

type Container =
  | { readonly kind: "dict"; readonly value: Map<string, unknown>; key: string | undefined }
  | { readonly kind: "array"; readonly value: unknown[] };

const SCALARS = new Set(["string", "key", "integer", "real", "date", "data", "true", "false"]);
const ELEMENTS = new Set([...SCALARS, "plist", "dict", "array"]);
const INTEGER = /^[+-]?(?:\d{1,25}|0[xX][0-9a-fA-F]{1,16})$/;
const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * The value of an XML property list: dictionaries as plain objects, dates as `Date`, data as bytes.
 * @param maxDepth containers inside each other
 * @throws PlistFault
 */
export function parsePlistXml(text: string, maxDepth: number): unknown {
  // XML that declares entities can make a small file a large one; Apple writes none
  if (/<!ENTITY/i.test(text)) throw new PlistFault("it declares entities");
  const reader = new Reader(maxDepth);
  return reader.read(text.replace(/^\ufeff/, ""));
}

class Reader {
  readonly #parser = new SaxesParser({ position: true });
  readonly #maxDepth: number;
  readonly #elements: string[] = [];
  readonly #containers: Container[] = [];
  #text = "";
  #closed: { readonly name: string; readonly at: number } | undefined;
  #ending = false;
  #root: { value: unknown } | undefined;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
    this.#parser.on("error", () => this.#fail(this.#malformed()));
    this.#parser.on("opentag", ({ name }) => this.#open(name));
    this.#parser.on("closetag", ({ name }) => this.#close(name));
    this.#parser.on("text", (text) => this.#chars(text));
    this.#parser.on("cdata", (text) => this.#chars(text));
  }

  read(text: string): unknown {
    this.#parser.write(text);
    this.#ending = true;
    this.#parser.close();
    if (this.#root === undefined) throw new PlistFault("it holds no value");
    return this.#root.value;
  }

  #fail(what: string): never {
    throw new PlistFault(`line ${this.#parser.line}, column ${this.#parser.columnIndex + 1}: ${what}`);
  }

  /** The elements of a property list are known words; anything else of the text may be part of a secret. */
  #malformed(): string {
    // the parser closes what is open before it complains of the wrong end
    const open =
      !this.#ending && this.#closed?.at === this.#parser.position ? this.#closed.name : this.#elements.at(-1);
    return open === undefined ? "it is not well-formed XML" : `it is not well-formed XML; expected </${open}>`;
  }

  #open(name: string): void {
    const parent = this.#elements.at(-1);
    if (!ELEMENTS.has(name))
      this.#fail(
        parent === undefined ? "expected <plist>" : `in <${parent}>, this element does not belong in a property list`,
      );
    if ((parent === undefined) !== (name === "plist")) this.#fail("expected one <plist> around everything");
    if (parent !== undefined && SCALARS.has(parent)) this.#fail(`<${parent}> may not hold another element`);
    this.#elements.push(name);
    this.#text = "";
    const top = this.#containers.at(-1);
    if (name === "key") {
      if (top?.kind !== "dict" || top.key !== undefined) this.#fail("<key> is not expected here");
    } else if (top?.kind === "dict" && top.key === undefined) this.#fail("expected <key> before this value");
    if (name === "dict") this.#push({ kind: "dict", value: new Map(), key: undefined });
    if (name === "array") this.#push({ kind: "array", value: [] });
  }

  #push(container: Container): void {
    if (this.#containers.length >= this.#maxDepth) this.#fail(`it is nested deeper than ${this.#maxDepth} levels`);
    this.#containers.push(container);
  }

  #chars(text: string): void {
    const name = this.#elements.at(-1);
    if (name !== undefined && SCALARS.has(name)) this.#text += text;
    else if (text.trim() !== "") this.#fail("expected an element, found text");
  }

  #close(name: string): void {
    this.#elements.pop();
    this.#closed = { name, at: this.#parser.position };
    if (name === "plist") return;
    if (name === "key") {
      const top = this.#containers.at(-1);
      if (top?.kind === "dict") {
        if (this.#text === "__proto__") this.#fail("this key is not allowed");
        top.key = this.#text;
      }
      return;
    }
    this.#put(name === "dict" || name === "array" ? this.#finish() : this.#scalar(name));
  }

  #finish(): unknown {
    const done = this.#containers.pop();
    if (done?.kind !== "dict") return done?.value;
    if (done.key !== undefined) this.#fail("the last <key> has no value");
    return Object.fromEntries(done.value);
  }

  #put(value: unknown): void {
    const top = this.#containers.at(-1);
    if (top === undefined) {
      if (this.#root !== undefined) this.#fail("expected one value, found a second");
      this.#root = { value };
    } else if (top.kind === "array") top.value.push(value);
    else {
      top.value.set(top.key ?? "", value);
      top.key = undefined;
    }
  }

  #scalar(name: string): unknown {
    const text = this.#text;
    const bare = text.trim();
    switch (name) {
      case "true":
      case "false":
        return bare === "" ? name === "true" : this.#fail(`<${name}/> holds no text`);
      case "integer":
        return INTEGER.test(bare) ? Number(bare) : this.#fail("this is not a whole number");
      case "real":
        return REAL.test(bare) ? Number(bare) : this.#fail("this is not a number");
      case "date":
        return DATE.test(bare) && !Number.isNaN(Date.parse(bare))
          ? new Date(bare)
          : this.#fail("expected a date such as 2026-01-31T08:30:00Z");
      case "data":
        return /^[A-Za-z0-9+/=\s]*$/.test(bare) ? Buffer.from(bare, "base64") : this.#fail("this is not Base64");
      default:
        return text;
    }
  }
}
