/**
 * Tags and texts of an XML property list that arrives in pieces.
 *
 * A property list uses little of XML: tags without attributes, text, the five entities and character references,
 * comments, CDATA, one DOCTYPE. What is beyond it is refused: attributes, an internal DOCTYPE subset, entities of one's
 * own, any encoding but UTF-8. `plist-stream.test.ts` holds it against saxes.
 *
 * Why not saxes: under the same builder it takes twice the processor time (four real catalogues, 4.8 MB, whole processes in
 * turn: 1.1 to 1.6 s, this 0.6 to 0.85 s, Python's plistlib 0.5 to 0.6 s).
 *
 * @module
 */
import type { LarderError } from "../../../core/errors.ts";

/** What hears the tokens. A fault it finds it throws. */
export interface TokenSink {
  open(name: string): void;
  close(name: string): void;
  /**
   * `<name>text</name>` at once; the same as `open`, `text`, `close`. The text lies in `source` between the two places and
   * needs cutting out only where it is wanted.
   */
  leaf(name: string, source: string, from: number, to: number): void;
  /** Text between tags, entities resolved; may come in several pieces. */
  text(text: string): void;
}

export interface TokenOptions {
  /** Characters of one text, comment or tag. */
  readonly maxText: number;
  readonly sink: TokenSink;
  /** Makes the error for a problem at the place reached. */
  readonly fail: (problem: string) => LarderError;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const PLIST_TAG = /^plist(?:\s+version\s*=\s*(?:"[\w.]*"|'[\w.]*'))?\s*$/;
const NAME = /^[A-Za-z]+$/;
const DECLARATION =
  /^xml\s+version\s*=\s*(["'])1\.[01]\1(?:\s+encoding\s*=\s*(["'])([\w.-]+)\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\4)?\s*$/;
const INSTRUCTION = /^(?!xml(?:\s|$))[A-Za-z_][\w.-]*(?:\s.*)?$/is;
const DOCTYPE = /^\s+[A-Za-z][\w.-]*(?:\s+(?:PUBLIC\s+"[^"<>&]*"\s+"[^"<>&]*"|SYSTEM\s+"[^"<>&]*"))?\s*$/;
/** Nine of ten tokens: a leaf on one line, reported in one step. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above; a carriage return is not reported in one step either
const LEAF = /[ \t\n]*<(key|string|integer|date|data|real)>([^<>&\u0000-\u0008\u000b-\u001f\ufffe\uffff]*)<\/\1>/y;

/** Most of the rest: a container that opens or closes. */
const CONTAINER = /[ \t\n]*<\/?(?:dict|array)>/y;

export class PlistTokens {
  private readonly options: TokenOptions;
  /** Text not yet reported, and how far in it we are. */
  private text = "";
  private at = 0;
  /** Lines before `counted`, an index of `text`. */
  private lines = 1;
  private counted = 0;
  private begun = false;
  /** Whether anything has been reported: the XML declaration comes first or not at all. */
  private told = false;
  /** Whether a DOCTYPE can no longer come: there was one, or an element. */
  private doctype = false;

  constructor(options: TokenOptions) {
    this.options = options;
  }

  /** Line of the token being reported. */
  line(): number {
    for (let next = this.text.indexOf("\n", this.counted); next !== -1 && next < this.at; ) {
      this.lines += 1;
      this.counted = next + 1;
      next = this.text.indexOf("\n", this.counted);
    }
    return this.lines;
  }

  /** Takes more text. `step` reports what is in it. */
  feed(piece: string): void {
    this.line();
    this.text = this.text.slice(this.at) + piece;
    this.counted -= this.at;
    this.at = 0;
    this.begin();
  }

  /** The end of the text: nothing may be left but space. */
  end(): void {
    if (/[^ \t\r\n]/.test(this.text.slice(this.at))) throw this.options.fail("the text is cut short");
  }

  private begin(): void {
    if (this.begun || this.text === "") return;
    this.begun = true;
    if (this.text.startsWith("\uFEFF")) this.at = 1;
  }

  /** Reports one text, tag or leaf; false when the next is not complete yet. */
  step(): boolean {
    if (this.stepOne()) return true;
    if (this.text.length - this.at <= this.options.maxText) return false;
    throw this.options.fail(`a text is longer than ${this.options.maxText} characters`);
  }

  private stepOne(): boolean {
    const { text, at } = this;
    LEAF.lastIndex = at;
    if (LEAF.test(text)) {
      this.stepLeaf(text.indexOf("<", at), LEAF.lastIndex);
      return true;
    }
    CONTAINER.lastIndex = at;
    if (CONTAINER.test(text)) {
      this.stepContainer(CONTAINER.lastIndex);
      return true;
    }
    const open = text.indexOf("<", at);
    if (open !== at) return this.stepText(open);
    const second = text.charCodeAt(at + 1);
    if (second === 33 || second === 63) return this.stepMarkup(second);
    const close = text.indexOf(">", at);
    if (close === -1) return false;
    this.doctype = true;
    if (second === 47) this.options.sink.close(this.name(at + 2, close));
    else if (text.charCodeAt(close - 1) === 47) this.tellEmpty(this.name(at + 1, close - 1));
    else this.options.sink.open(this.name(at + 1, close));
    this.at = close + 1;
    return true;
  }

  /** Reports the leaf that `LEAF` found. What it captured is cut out here: matches would be most of the garbage. */
  private stepLeaf(open: number, end: number): void {
    const name = leafName(this.text, open + 1);
    this.at = end;
    this.options.sink.leaf(name, this.text, open + name.length + 2, end - name.length - 3);
  }

  /** Reports the tag of a container that ends before `end`. */
  private stepContainer(end: number): void {
    const name = this.text.charCodeAt(end - 2) === 0x74 ? "dict" : "array";
    const before = end - name.length - 2;
    const closes = this.text.charCodeAt(before) === 0x2f;
    this.at = closes ? before - 1 : before;
    this.doctype = true;
    if (closes) this.options.sink.close(name);
    else this.options.sink.open(name);
    this.at = end;
  }

  private stepText(open: number): boolean {
    if (open === -1) return false;
    this.tellText(this.text.slice(this.at, open), true);
    this.told = true;
    this.at = open;
    return true;
  }

  private tellEmpty(name: string): void {
    this.options.sink.open(name);
    this.options.sink.close(name);
  }

  private name(from: number, to: number): string {
    const name = this.text.slice(from, to);
    if (name.length < 8 && NAME.test(name)) return name;
    const plain = name.trimEnd();
    if (NAME.test(plain)) return plain;
    if (PLIST_TAG.test(name)) return "plist";
    throw this.options.fail(`"<${name.slice(0, 40)}>" is not a plist tag`);
  }

  private tellText(raw: string, entities: boolean): void {
    this.checkCharacters(raw);
    const text = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
    if (!entities || !text.includes("&")) {
      if (entities && text.includes("]]>")) throw this.options.fail('"]]>" outside of CDATA');
      this.options.sink.text(text);
      return;
    }
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/.test(text) || text.includes("]]>")) {
      throw this.options.fail("an entity that property lists do not have");
    }
    this.options.sink.text(text.replace(/&(#x?)?(\w+);/g, (_, mark, name) => this.resolve(mark, name)));
  }

  private resolve(mark: string | undefined, name: string): string {
    if (mark === undefined) return ENTITIES[name] ?? "";
    const code = Number.parseInt(name, mark === "#" ? 10 : 16);
    const char = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : "\0";
    if (FORBIDDEN.test(char)) throw this.options.fail(`character reference ${code} is not a character`);
    return char;
  }

  /** `<!-- -->`, `<![CDATA[ ]]>`, `<!DOCTYPE >`, `<? ?>`. */
  private stepMarkup(second: number): boolean {
    const { text, at } = this;
    if (second === 63) return this.skipTo("?>", 2, (inside) => this.checkInstruction(inside));
    if (text.startsWith("<!--", at)) return this.skipTo("-->", 4, (inside) => this.checkComment(inside));
    if (text.startsWith("<![CDATA[", at)) return this.skipTo("]]>", 9, (inside) => this.tellText(inside, false));
    if (text.startsWith("<!DOCTYPE", at)) return this.skipTo(">", 9, (inside) => this.checkDoctype(inside));
    if (text.length - at < 9) return false;
    throw this.options.fail(`"${text.slice(at, at + 20)}" is not plist markup`);
  }

  private skipTo(end: string, opening: number, tell: (inside: string) => void): boolean {
    const close = this.text.indexOf(end, this.at + opening);
    if (close === -1) return false;
    tell(this.text.slice(this.at + opening, close));
    this.told = true;
    this.at = close + end.length;
    return true;
  }

  private checkInstruction(inside: string): void {
    const declared = this.told ? null : DECLARATION.exec(inside);
    if (declared === null && !INSTRUCTION.test(inside))
      throw this.options.fail("a processing instruction out of place");
    const encoding = declared?.[3];
    if (encoding !== undefined && !/^(?:utf-?8|us-ascii|ascii)$/i.test(encoding)) {
      throw this.options.fail(`its encoding is "${encoding.slice(0, 40)}", expected UTF-8`);
    }
    this.checkCharacters(inside);
  }

  private checkComment(inside: string): void {
    if (inside.includes("--") || inside.endsWith("-")) throw this.options.fail('"--" inside a comment');
    this.checkCharacters(inside);
  }

  private checkDoctype(inside: string): void {
    if (inside.includes("[")) throw this.options.fail("its DOCTYPE declares entities, which no catalogue needs");
    if (this.doctype || !DOCTYPE.test(inside)) throw this.options.fail("a DOCTYPE that is not one");
    this.doctype = true;
    this.checkCharacters(inside);
  }

  private checkCharacters(text: string): void {
    if (FORBIDDEN.test(text)) throw this.options.fail("a character that no XML text may hold");
  }
}

/** The name of a leaf by its letters: `date` and `data` differ in the fourth. */
function leafName(text: string, at: number): string {
  switch (text.charCodeAt(at)) {
    case 0x6b:
      return "key";
    case 0x73:
      return "string";
    case 0x69:
      return "integer";
    case 0x72:
      return "real";
    default:
      return text.charCodeAt(at + 3) === 0x65 ? "date" : "data";
  }
}
