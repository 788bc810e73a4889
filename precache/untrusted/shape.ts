/**
 * Unknown values to exact types, with the place in every complaint: `OSVersions[0].Latest.Build is a number, expected text`.
 *
 * Works alike on JSON (objects) and on property lists (maps). Absent and null are the same: there is nothing.
 *
 * Why not a zod schema, as for our own settings: of a stranger's list of thousands one bad entry must cost itself alone and
 * be reported with its place, only the keys that matter are looked at, and nothing of the rest is copied. It wins no time
 * (20,000 entries: 8 ms, zod 3 ms, `bench/catalogs/shape.ts`), but reads the maps of property lists as it reads JSON.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { shortened } from "../../core/words/printable.ts";
import { UnreadableValue } from "./unreadable-value.ts";

/** Characters of a place in a message. */
const LONGEST_PLACE = 300;

/** A value somebody sent us, and where it was. Everything read from it is checked. */
export class Shape {
  private readonly value: unknown;
  private readonly what: string;
  private readonly parent: Shape | undefined;
  private readonly step: string | number;

  /** @param from what it is in, or for messages the text it came from */
  constructor(value: unknown, from: Shape | string, step: string | number = "") {
    this.value = value;
    this.what = typeof from === "string" ? from : from.what;
    this.step = step;
    this.parent = typeof from === "string" ? undefined : from;
  }

  /** `Products.042-58988.Packages[0]`; empty at the top. Put together only when somebody asks. */
  get place(): string {
    const above = this.parent?.place ?? "";
    if (typeof this.step === "number") return `${above}[${this.step}]`;
    return above === "" ? this.step : `${above}.${this.step}`;
  }

  /** True when there is nothing here. */
  get missing(): boolean {
    return this.value === undefined || this.value === null;
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** What is under a key; missing when this holds no keys. */
  get(key: string): Shape {
    return new Shape(this.member(key), this, key);
  }

  private member(key: string): unknown {
    if (this.value instanceof Map) return this.value.get(key);
    return isRecord(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
  }

  /** @throws unless at least one of the keys is there: an answer of another kind must not look like an empty one */
  expectOneOf(...keys: readonly string[]): this {
    if (keys.every((key) => (this.member(key) ?? null) === null))
      throw this.wrong(`one of the keys ${keys.join(", ")}`);
    return this;
  }

  /** Keys and what is under them. @throws when this is something else; nothing when it is missing */
  entries(): [string, Shape][] {
    if (this.missing) return [];
    const pairs =
      this.value instanceof Map
        ? [...this.value.entries()]
        : isRecord(this.value)
          ? Object.entries(this.value)
          : undefined;
    if (pairs === undefined) throw this.wrong("keys and values");
    return pairs.map(([key, value]) => [String(key), new Shape(value, this, String(key))]);
  }

  /** The items of a list. @throws when this is something else; nothing when it is missing */
  items(): Shape[] {
    if (this.missing) return [];
    if (!Array.isArray(this.value)) throw this.wrong("a list");
    return this.value.map((value: unknown, index) => new Shape(value, this, index));
  }

  /** @throws when this is not text or empty */
  text(): string {
    if (typeof this.value !== "string" || this.value === "") throw this.wrong("text");
    return this.value;
  }

  /** Undefined when missing or empty. @throws when it is something else */
  optionalText(): string | undefined {
    return this.missing || this.value === "" ? undefined : this.text();
  }

  /** The texts of a list; a bare text is a list of one, an empty one of none. */
  texts(): string[] {
    if (typeof this.value === "string") return this.value === "" ? [] : [this.value];
    return this.items().map((item) => item.text());
  }

  /** Undefined when missing; a whole number of zero or more, also when written as text. @throws when it is something else */
  optionalCount(): number | undefined {
    if (this.missing) return undefined;
    const number = typeof this.value === "string" && /^\d{1,15}$/.test(this.value) ? Number(this.value) : this.value;
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) throw this.wrong("a whole number");
    return number;
  }

  /** An id, written as text or as a number; undefined when it is missing or something else. */
  optionalId(): string | undefined {
    return typeof this.value === "string" || typeof this.value === "number" ? String(this.value) : undefined;
  }

  /** Undefined when missing. @throws when it is something else */
  optionalFlag(): boolean | undefined {
    if (this.missing) return undefined;
    if (typeof this.value !== "boolean") throw this.wrong("true or false");
    return this.value;
  }

  /** Unix milliseconds of a date or of ISO text; undefined when missing. @throws when it is something else */
  optionalTime(): number | undefined {
    if (this.missing || this.value === "") return undefined;
    const time =
      this.value instanceof Date
        ? this.value.getTime()
        : typeof this.value === "string"
          ? Date.parse(this.value)
          : Number.NaN;
    if (Number.isNaN(time)) throw this.wrong("a date");
    return time;
  }

  /** Undefined when missing. @throws when it is something else */
  optionalBytes(): Uint8Array | undefined {
    if (this.missing) return undefined;
    if (!(this.value instanceof Uint8Array)) throw this.wrong("data");
    return this.value;
  }

  /** The error for a value of the wrong kind here. */
  wrong(expected: string): LarderError {
    // keys are as long as a stranger makes them
    const place = this.place === "" ? "the top" : shortened(this.place, LONGEST_PLACE);
    return new LarderError(`Cannot read "${this.what}": ${place} is ${kindOf(this.value)}, expected ${expected}`, {
      code: "SHAPE_WRONG",
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof UnreadableValue)
  );
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  if (value === "") return "empty";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (value instanceof Uint8Array) return "data";
  if (value instanceof UnreadableValue) return value.toString();
  if (value instanceof Map || typeof value === "object") return "keys and values";
  if (typeof value === "string") return `"${value.slice(0, 40)}"`;
  return `${String(value)}`;
}
