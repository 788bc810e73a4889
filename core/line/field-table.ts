/**
 * The number fields of lines of one kind, each with a place of its own.
 *
 * @module
 */
import { escapeKey } from "./escape.ts";
import { Pattern } from "./pattern.ts";

export class FieldTable {
  readonly names: string[];
  /** Whether a field's numbers are floats: it has the type of its first one. */
  readonly floats: boolean[];
  /** Names with their equals sign, as a line has them. */
  readonly marks: Pattern[];
  readonly #indexes: Map<string, number>;

  /** @param like begins with the fields of another: there is one table for each of thousands of series */
  constructor(like?: FieldTable) {
    this.names = [...(like?.names ?? [])];
    this.floats = [...(like?.floats ?? [])];
    this.marks = [...(like?.marks ?? [])];
    this.#indexes = new Map(like?.names.map((name, index) => [name, index]));
  }

  /** How many there are. */
  get size(): number {
    return this.names.length;
  }

  /** The place of a field, given by its plain name; undefined for one no line had. */
  find(name: string): number | undefined {
    return this.#indexes.get(name);
  }

  /** The place of a field; a new one gets the next place, and keeps its type. */
  index(name: string, float: boolean): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.names.length;
    this.#indexes.set(name, index);
    this.names.push(name);
    this.floats.push(float);
    this.marks.push(new Pattern(`${escapeKey(name)}=`));
    return index;
  }
}
