/**
 * Tags of a property list to values: the grammar of plist, and which part of the tree is worth building.
 *
 * Pure but for the list of finished entries; it knows no XML, no bytes and no files.
 *
 * @module
 */
import type { LarderError } from "../../../core/errors.ts";
import { UnreadableValue } from "../../untrusted/untrusted.ts";
import { LEAVES, type PlistEntry, type PlistValue, parseLeaf } from "./value.ts";

/** `walk`: on the way to the wanted container. `emit`: it. `build`: inside an entry. `skip`: beside all that. */
type Role = "walk" | "emit" | "build" | "skip";

interface Frame {
  readonly role: Role;
  readonly dict: boolean;
  readonly list: PlistValue[] | undefined;
  readonly map: Map<string, PlistValue> | undefined;
  /** Keys seen, where they must be single and nothing is built. */
  readonly seen: Set<string> | undefined;
  key: string | undefined;
  count: number;
}

export interface BuilderOptions {
  /** Keys to the container whose children are wanted; undefined: the one top value is. */
  readonly path: readonly string[] | undefined;
  readonly maxDepth: number;
  readonly maxNodes: number;
  /** Keys that are wanted, wherever they are in an entry; undefined: all. Values of others are checked, not built. */
  readonly only: ReadonlySet<string> | undefined;
  /** Makes the error for a problem at the place reached. */
  readonly fail: (problem: string) => LarderError;
  readonly line: () => number;
}

export class PlistBuilder {
  private readonly options: BuilderOptions;
  /** The containers around the innermost one. */
  private readonly outer: Frame[] = [];
  /** The container being read. */
  private frame: Frame | undefined;
  private entry: PlistEntry | undefined;
  /** Name of the leaf or key whose text is being collected. */
  private reading: string | undefined;
  /** Whether that text is wanted. */
  private collecting = false;
  private collected = "";
  private state: "before" | "inside" | "after" = "before";
  private nodes = 0;
  private entryLine = 0;
  private found = false;

  constructor(options: BuilderOptions) {
    this.options = options;
  }

  open(name: string): void {
    if (this.reading !== undefined) throw this.options.fail(`<${name}> inside <${this.reading}>`);
    if (name === "key") {
      this.openKey();
    } else if (LEAVES.has(name)) {
      const role = this.place(name);
      this.reading = name;
      this.collected = "";
      this.collecting = role === "build" || role === "emit";
    } else if (name === "dict" || name === "array") {
      this.openContainer(name);
    } else if (name === "plist" && this.state === "before") {
      this.state = "inside";
    } else {
      throw this.options.fail(
        this.state === "before" ? `it begins with <${name}>, expected <plist>` : `<${name}> is not a plist element`,
      );
    }
  }

  close(name: string): void {
    if (this.reading !== undefined) this.closeLeaf(name);
    else this.closeContainer(name);
  }

  private closeContainer(name: string): void {
    const { frame } = this;
    const wanted =
      frame === undefined ? (this.state === "inside" ? "plist" : undefined) : frame.dict ? "dict" : "array";
    if (name !== wanted)
      throw this.options.fail(`</${name}>${wanted === undefined ? "" : ` where </${wanted}> belongs`}`);
    if (frame === undefined) {
      this.state = "after";
      return;
    }
    if (frame.key !== undefined) throw this.options.fail(`key "${frame.key}" has no value`);
    this.frame = this.outer.pop();
    const value = frame.list ?? frame.map;
    if (value !== undefined) this.finishValue(value);
    else this.leaveKey();
  }

  leaf(name: string, source: string, from: number, to: number): void {
    if (this.reading !== undefined) throw this.options.fail(`<${name}> inside <${this.reading}>`);
    if (name === "key") {
      this.checkKeyPlace();
      this.closeKey(source.slice(from, to));
      return;
    }
    const role = this.place(name);
    if (role === "build" || role === "emit") this.finishLeaf(name, source.slice(from, to));
    else this.leaveKey();
  }

  text(text: string): void {
    if (this.reading !== undefined) {
      if (this.collecting) this.collected = this.collected === "" ? text : this.collected + text;
    } else if (/[^ \t\r\n]/.test(text)) {
      throw this.options.fail("text between elements");
    }
  }

  /** The entry that was finished by the last call, once. */
  take(): PlistEntry | undefined {
    const { entry } = this;
    this.entry = undefined;
    return entry;
  }

  /** The end of the text. */
  finish(): void {
    if (this.state !== "after") throw this.options.fail("the text is cut short");
    if (!this.found)
      throw this.options.fail(
        `there is no ${this.options.path?.length ? `"${this.options.path.join(".")}"` : "value"} in it`,
      );
  }

  private checkKeyPlace(): void {
    const { frame } = this;
    if (frame === undefined || frame.key !== undefined || !frame.dict) {
      throw this.options.fail("a <key> where none can be");
    }
  }

  private openKey(): void {
    this.checkKeyPlace();
    this.reading = "key";
    this.collecting = true;
    this.collected = "";
  }

  private closeLeaf(name: string): void {
    const text = this.collected;
    if (name !== this.reading) throw this.options.fail(`</${name}> where </${this.reading}> belongs`);
    this.reading = undefined;
    if (name === "key") this.closeKey(text);
    else if (this.collecting) this.finishLeaf(name, text);
    else this.leaveKey();
  }

  private finishLeaf(name: string, text: string): void {
    const read = name === "string" ? { value: text } : parseLeaf(name, text);
    if (!("wrong" in read)) {
      this.finishValue(read.value);
      return;
    }
    // of a list of entries only this one is spoiled, and only when somebody reads the leaf
    if (this.frame === undefined || this.options.path === undefined) throw this.options.fail(read.wrong);
    this.finishValue(new UnreadableValue(read.wrong));
  }

  private closeKey(key: string): void {
    const { frame } = this;
    if (frame === undefined) return;
    if ((frame.map ?? frame.seen)?.has(key) === true) throw this.options.fail(`key "${key}" comes twice`);
    frame.seen?.add(key);
    frame.key = key;
  }

  private openContainer(name: "dict" | "array"): void {
    const role = this.place(name);
    if (this.depth() >= this.options.maxDepth)
      throw this.options.fail(`more than ${this.options.maxDepth} containers inside each other`);
    if (role === "emit") this.found = true;
    const build = role === "build";
    const dict = name === "dict";
    if (this.frame !== undefined) this.outer.push(this.frame);
    this.frame = {
      role,
      dict,
      list: build && !dict ? [] : undefined,
      map: build && dict ? new Map() : undefined,
      seen: dict && (role === "walk" || role === "emit") ? new Set() : undefined,
      key: undefined,
      count: 0,
    };
  }

  /** How many containers are open. */
  private depth(): number {
    return this.frame === undefined ? 0 : this.outer.length + 1;
  }

  /** Checks that a value is allowed here, counts it, and says what it is for. */
  private place(name: string): Role {
    const { frame } = this;
    if (frame === undefined) {
      if (this.state === "before") throw this.options.fail(`it begins with <${name}>, expected <plist>`);
      if (this.state === "after" || this.nodes > 0) throw this.options.fail("more than one value at the top");
    } else if (frame.key === undefined && frame.dict) {
      throw this.options.fail(`<${name}> in a dictionary without a <key> before it`);
    }
    if (frame === undefined || frame.role === "emit") {
      this.nodes = 0;
      this.entryLine = this.options.line();
    }
    this.nodes += 1;
    if (this.nodes > this.options.maxNodes)
      throw this.options.fail(`one entry holds more than ${this.options.maxNodes} values`);
    return this.roleOfChild(frame);
  }

  private roleOfChild(frame: Frame | undefined): Role {
    if (frame === undefined)
      return this.options.path === undefined ? "build" : this.options.path.length === 0 ? "emit" : "walk";
    if (frame.role === "skip") return "skip";
    if (frame.role !== "walk") return this.isWanted(frame) ? "build" : "skip";
    const depth = this.depth();
    if (frame.key === undefined || frame.key !== this.options.path?.[depth - 1]) return "skip";
    return depth === this.options.path.length ? "emit" : "walk";
  }

  private isWanted({ role, key }: Frame): boolean {
    return role === "emit" || key === undefined || this.options.only === undefined || this.options.only.has(key);
  }

  private finishValue(value: PlistValue): void {
    const { frame } = this;
    if (frame?.list !== undefined) frame.list.push(value);
    else if (frame?.map !== undefined && frame.key !== undefined) frame.map.set(frame.key, value);
    else this.emit(frame, value);
    this.leaveKey();
  }

  private emit(frame: Frame | undefined, value: PlistValue): void {
    if (frame === undefined && this.options.path !== undefined) return;
    this.found = true;
    this.entry = { key: frame?.key ?? frame?.count ?? 0, value, line: this.entryLine };
    if (frame !== undefined) frame.count += 1;
  }

  private leaveKey(): void {
    if (this.frame !== undefined) this.frame.key = undefined;
  }
}
