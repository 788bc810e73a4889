/**
 * What a language must be able to say on the live page.
 *
 * @module
 */

/** Texts of the live page; values arrive already written in the language. */
export interface LiveTexts {
  readonly title: string;
  readonly allCaches: string;
  readonly fine: string;
  readonly errors: (count: number) => string;
  readonly warnings: (count: number) => string;
  /** What to do about something: "Next: …". */
  readonly next: string;
  readonly ago: (duration: string) => string;
  readonly newestRow: string;
  readonly heard: string;
  readonly nothingHeard: string;
  readonly connected: string;
  /** The line to the server is gone. */
  readonly lost: string;
  readonly numbersFrom: string;
  readonly noScript: string;
  readonly today: string;
  readonly byHour: string;
  readonly usualDay: string;
  readonly usualNote: (values: Record<"weekday" | "served" | "days", string>) => string;
  readonly noUsual: string;
  readonly hour: string;
  readonly ahead: string;
  readonly lastDays: (days: string) => string;
  readonly cacheNow: string;
  readonly noState: string;
  readonly active: string;
  readonly inactive: string;
  readonly registered: string;
  readonly registering: string;
  readonly unregistered: string;
  readonly state: string;
  readonly used: string;
  readonly usedOf: (used: string, limit: string) => string;
  readonly unlimited: (used: string) => string;
  readonly free: string;
  readonly pressure: string;
  readonly peers: string;
  readonly peer: string;
  readonly role: string;
  readonly answers: string;
  readonly silentPeer: string;
  readonly read: string;
  readonly running: string;
  readonly quiet: string;
  readonly ended: string;
  readonly stopped: string;
  readonly noRuns: string;
  readonly began: string;
  readonly filesOf: (done: string, planned: string) => string;
  readonly files: (done: string) => string;
  readonly left: (duration: string) => string;
  readonly file: string;
  readonly size: string;
  readonly outcome: string;
  readonly outcomes: Readonly<Record<"warmed" | "cached" | "failed" | "skipped", string>>;
  readonly warmedBy: string;
  readonly earlierRuns: string;
  readonly pipe: string;
  readonly lastPass: string;
  readonly noPass: string;
  readonly took: (duration: string) => string;
  readonly sink: string;
  readonly lastShipped: string;
  readonly waiting: string;
  readonly refused: string;
  readonly never: string;
  readonly noSinks: string;
  readonly happened: string;
  readonly nothingHappened: string;
  readonly filter: string;
  readonly any: string;
  readonly apply: string;
  readonly shown: (shown: string, all: string) => string;
  readonly level: string;
  readonly levels: Readonly<Record<"ok" | "warn" | "bad", string>>;
  readonly silent: (duration: string) => string;
  readonly silentNext: string;
  readonly cannotRead: string;
  readonly noData: string;
  readonly noCache: string;
}
