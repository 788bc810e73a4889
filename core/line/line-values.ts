/**
 * The numbers of one line: made once, filled again for every line, so that reading a million lines makes no garbage.
 *
 * @module
 */

export class LineValues {
  count = 0;
  /** Places of the fields in their table. */
  indexes = new Uint16Array(64);
  numbers = new Float64Array(64);
  /** Whole numbers beyond 2^53, apart: a double would round them. */
  large: (readonly [index: number, value: bigint])[] = [];

  clear(): void {
    this.count = 0;
    if (this.large.length > 0) this.large = [];
  }

  push(index: number, value: number): void {
    if (this.count === this.indexes.length) this.#grow();
    this.indexes[this.count] = index;
    this.numbers[this.count] = value;
    this.count++;
  }

  #grow(): void {
    const indexes = new Uint16Array(this.indexes.length * 2);
    const numbers = new Float64Array(this.numbers.length * 2);
    indexes.set(this.indexes);
    numbers.set(this.numbers);
    this.indexes = indexes;
    this.numbers = numbers;
  }
}
