/**
 * What a language must be able to say.
 *
 * @module
 */

/** Texts of a report; values arrive already written in the language. */
export interface Texts {
  readonly locale: string;
  readonly days: string;
  readonly title: string;
  readonly served: string;
  readonly saved: string;
  readonly fromApple: string;
  readonly fromCaches: string;
  readonly hitRatio: string;
  readonly before: string;
  readonly sources: Readonly<Record<"cache" | "peers" | "parents" | "origin", string>>;
  readonly byTime: Readonly<Record<"hour" | "day" | "week" | "month", string>>;
  readonly time: Readonly<Record<"hour" | "day" | "week" | "month", string>>;
  readonly shares: string;
  readonly sites: string;
  readonly site: string;
  readonly noSite: string;
  readonly otherSites: (count: string) => string;
  readonly kinds: string;
  readonly kind: string;
  readonly held: string;
  readonly clients: string;
  readonly families: string;
  readonly systems: string;
  readonly models: string;
  readonly files: string;
  readonly family: string;
  readonly system: string;
  readonly model: string;
  readonly devicesADay: string;
  readonly requests: string;
  readonly delivered: string;
  readonly warming: string;
  readonly runs: string;
  readonly warmedFiles: string;
  readonly failedFiles: string;
  readonly warmingCost: string;
  readonly warmingEffect: string;
  readonly troubles: string;
  readonly when: string;
  readonly what: string;
  readonly cache: string;
  readonly noTroubles: string;
  readonly gaps: string;
  readonly noGaps: string;
  readonly noData: string;
  readonly total: string;
  readonly madeBy: (when: string) => string;
  readonly table: string;
  /** "Of 4.2 TB served, 3.9 TB (92.9%) came from the caches and 300 GB from Apple." */
  readonly mainSentence: (values: Record<"served" | "fromCaches" | "share" | "fromApple", string>) => string;
  readonly nothingKnown: string;
  readonly nothingServed: string;
  readonly savedSentence: (saved: string) => string;
  readonly worth: (values: { money?: string | undefined; line?: string | undefined }) => string;
  readonly more: (percent: string) => string;
  readonly less: (percent: string) => string;
  readonly same: string;
  readonly warmingSentence: (values: Record<"files" | "cost", string>) => string;
  readonly outlierSentence: (names: string, share: string) => string;
  /** @param parts titles of sections */
  readonly unknownSentence: (parts: string) => string;
  readonly gapSentence: (days: number, count: string) => string;
  readonly lowHitRatio: string;
  readonly silent: string;
}
