/**
 * What rules look at: each cache, and the computer that watches, as of one moment.
 *
 * @module
 */

/** The newest status of a cache. Undefined where it did not say. */
export interface StatusFacts {
  readonly timeMs: number;
  readonly activated: boolean | undefined;
  readonly active: boolean | undefined;
  /** 1 done, 0 under way, -1 refused. */
  readonly registered: number | undefined;
  readonly registrationError: string | undefined;
  /** What its port was found to be as well: `serving`, `suspended`, `silent`, `unreachable`; undefined where nobody asked. */
  readonly state: string | undefined;
  readonly usedBytes: number | undefined;
  readonly pressure: number | undefined;
  readonly lowSpace: boolean | undefined;
  readonly diskExceeded: boolean | undefined;
}

/** A pass of its collector, and whether it could read every source. */
export interface PassFacts {
  readonly timeMs: number;
  readonly up: boolean;
}

/** Bytes of a local day or a month. */
export interface TrafficFacts {
  readonly served: number;
  readonly fromApple: number;
}

/** Something that happened. */
export interface EventFacts {
  readonly timeMs: number;
  readonly text: string;
}

/** The last warming run. */
export interface WarmingFacts {
  readonly event: "run-start" | "run-end" | "run-skipped";
  readonly timeMs: number;
  readonly text: string;
  /** When it last wrote of a file. */
  readonly lastLineMs: number | undefined;
  /** When the runs of the last days ended, the oldest first. */
  readonly runsMs: readonly number[];
  /** Files that could not be fetched; of a run that was closed. */
  readonly failed: number;
  /** Files left for another run: out of time, budget or room. */
  readonly skipped: number;
}

export interface NeighbourFacts {
  readonly address: string;
  readonly role: string;
  readonly healthy: boolean;
}

/** One cache. Undefined is unknown, never fine. */
export interface CacheFacts {
  readonly server: string;
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Another number when anything is another than before but times that move on: of its signs of life (`heardMs`, of its
   * status, of its pass) and of its newest row. Undefined: nobody counts.
   */
  readonly news?: number;
  /** Newest sign of life: a pass of its collector, a status, a report. */
  readonly heardMs: number | undefined;
  readonly status: StatusFacts | undefined;
  readonly neighbours: readonly NeighbourFacts[];
  readonly pass: PassFacts | undefined;
  /** Time of the newest row of traffic. */
  readonly rowMs: number | undefined;
  readonly wiped: EventFacts | undefined;
  readonly restarted: EventFacts | undefined;
  readonly warming: WarmingFacts | undefined;
  readonly today: TrafficFacts | undefined;
  /** The last local day that is over. */
  readonly yesterday: TrafficFacts | undefined;
  readonly month: TrafficFacts | undefined;
  /** Evicted within a day of being fetched, of the current local day. */
  readonly evictedYoungBytes: number | undefined;
}

/** A server that lines are shipped to. */
export interface SinkFacts {
  readonly name: string;
  /** When its place in the journal last moved. */
  readonly movedMs: number | undefined;
  readonly backlogBytes: number;
  readonly rejectBytes: number;
  readonly problem: { readonly stopped: boolean; readonly message: string; readonly next: string | null } | undefined;
}

export interface NotifierFacts {
  readonly name: string;
  /** Since when it fails; undefined: it does not. */
  readonly failingMs: number | undefined;
  readonly why: string;
  /** It says no, and another try will not help. */
  readonly refused: boolean;
}

/** The computer that watches: what it ships, what it writes to, whom it notifies. */
export interface OwnFacts {
  readonly server: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly sinks: readonly SinkFacts[];
  /** Room on the disk of the journal; undefined where nobody knows. */
  readonly freeBytes: number | undefined;
  /** Size of the file of rows that could not become lines. */
  readonly setAsideBytes: number;
  /** Bytes of the journal that are damaged or gone. */
  readonly damagedBytes: number;
  /** Lines of the cache's log of late, and those of no known shape; undefined where it is not read. */
  readonly log: { readonly lines: number; readonly unknown: number } | undefined;
  /** Whether this computer has an address others can reach; undefined where nobody looked. */
  readonly hasAddress: boolean | undefined;
  /** Notifiers that fail, with the reason and since when. */
  readonly notifiers: readonly NotifierFacts[];
}

/** All there is. */
export interface Facts {
  readonly caches: readonly CacheFacts[];
  readonly own: OwnFacts | undefined;
}
