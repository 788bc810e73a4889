/**
 * What takes the place of a value of a property list that could not be read.
 *
 * @module
 */

/** A leaf whose text is of another kind than its name says: `<integer>12a</integer>`. It spoils its entry only. */
export class UnreadableValue {
  readonly wrong: string;

  /** @param wrong the end of a sentence: `"12a" is not an integer` */
  constructor(wrong: string) {
    this.wrong = wrong;
  }

  toString(): string {
    return `unreadable (${this.wrong})`;
  }
}
