/**
 * Which code has run, as V8 counts it: of each function, the stretches that never did.
 *
 * @module
 */
import { Session } from "node:inspector";

type Stretch = readonly [from: number, to: number];

/** By function: stretches of its source. */
export type Stretches = ReadonlyMap<string, readonly Stretch[]>;

/** The functions that were called, and which stretches of each were passed over. */
type Report = ReadonlyMap<string, { readonly whole: Stretch; readonly passedOver: readonly Stretch[] }>;

interface Script {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
  }[];
}

/** Code of this project, and parsers it uses. */
const COUNTED =
  /\/(?:core|collector|precache|alerts|cli|report|grafana|fuzz\/testing)\/.*\.ts|\/node_modules\/(?:bplist-parser|plist|saxes|csv-parse|ical\.js|yaml)\//;

export class Coverage {
  readonly #session = new Session();
  readonly #never = new Map<string, readonly Stretch[]>();
  #reached = 0;

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Characters of source that have run. */
  get reached(): number {
    return this.#reached;
  }

  /** What ran since it was asked last. */
  take(): Report {
    const report = new Map<string, { whole: Stretch; passedOver: Stretch[] }>();
    this.#session.post("Profiler.takePreciseCoverage", (_, { result }: { result: readonly Script[] }) => {
      for (const { scriptId, url, functions } of result) {
        if (!COUNTED.test(url)) continue;
        for (const { ranges } of functions) {
          const [whole] = ranges;
          if (whole === undefined || whole.count === 0) continue;
          const passedOver = ranges.filter(({ count }) => count === 0).map(stretchOf);
          report.set(`${scriptId}:${whole.startOffset}`, { whole: stretchOf(whole), passedOver });
        }
      }
    });
    return report;
  }

  /** Learns from a report; what had never run before. */
  learn(report: Report): Map<string, readonly Stretch[]> {
    const fresh = new Map<string, readonly Stretch[]>();
    for (const [name, { whole, passedOver }] of report) {
      const never = this.#never.get(name) ?? [whole];
      const reached = without(never, passedOver);
      if (reached.length === 0) continue;
      fresh.set(name, reached);
      for (const [from, to] of reached) this.#reached += to - from;
      this.#never.set(name, without(never, reached));
    }
    return fresh;
  }

  close(): void {
    this.#session.disconnect();
  }
}

/** What of some stretches a report has not reached. */
export function leftOf(stretches: Stretches, report: Report): Map<string, readonly Stretch[]> {
  const left = new Map<string, readonly Stretch[]>();
  for (const [name, all] of stretches) {
    const ran = report.get(name);
    const rest = ran === undefined ? all : without(all, without([ran.whole], ran.passedOver));
    if (rest.length > 0) left.set(name, rest);
  }
  return left;
}

function stretchOf({ startOffset, endOffset }: { readonly startOffset: number; readonly endOffset: number }): Stretch {
  return [startOffset, endOffset];
}

/** Some stretches without others. */
function without(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  let rest = [...stretches];
  for (const [from, to] of others) {
    rest = rest.flatMap(([start, end]): Stretch[] =>
      to <= start || from >= end
        ? [[start, end]]
        : (
            [
              [start, from],
              [to, end],
            ] as const
          ).filter(([first, last]) => first < last),
    );
  }
  return rest;
}
