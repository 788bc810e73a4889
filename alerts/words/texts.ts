/**
 * The texts a language needs.
 *
 * @module
 */

/** Of one rule. */
export interface RuleTexts {
  /** A few words: the subject of a mail. */
  readonly title: string;
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** What to do, one thing. */
  readonly next: string;
}

export interface AlertTexts {
  readonly rules: Readonly<Record<string, RuleTexts>>;
  readonly firing: string;
  readonly recovered: string;
  readonly partly: string;
  readonly reminder: string;
  readonly test: string;
  readonly testWhat: string;
  readonly testNext: string;
  readonly since: string;
  readonly lasted: string;
  readonly grave: string;
  readonly soon: string;
  readonly caches: string;
  readonly andMore: string;
  readonly place: string;
  readonly severity: string;
  readonly todo: string;
  readonly link: string;
}
