/**
 * Where lines go: a sink of the settings is one destination, or two where its roll-ups have a place of their own. Minutes
 * can then be kept for weeks and days for years.
 *
 * @module
 */
import { DERIVED_STREAMS, RAW_STREAMS, STREAMS, type StreamName } from "../../core/journal/journal.ts";
import { rollupName, type SinkOptions } from "./options.ts";

/** One type of server, and the place on it: its options without name and roll-ups. */
export type Target = TargetOf<SinkOptions>;

type TargetOf<Options> = Options extends SinkOptions ? Omit<Options, "name" | "rollup"> : never;

/** A destination that gets streams of the journal at its own pace. */
export interface Destination {
  /** The key of its place in the journal, of its reject file and in reports. */
  readonly name: string;
  /** The admin's name of the sink it belongs to. */
  readonly sink: string;
  readonly target: Target;
  readonly streams: readonly StreamName[];
}

/** The destinations of all sinks, in their order. */
export function destinationsOf(sinks: readonly SinkOptions[]): Destination[] {
  return sinks.flatMap((options) => {
    const { name: sink, rollup, ...target } = options;
    const wanted = (streams: readonly StreamName[]) =>
      options.imported ? streams : streams.filter((stream) => stream !== "imported");
    if (Object.values(rollup ?? {}).every((value) => value === undefined)) {
      return [{ name: sink, sink, target, streams: wanted(STREAMS) }];
    }
    return [
      { name: sink, sink, target, streams: wanted(RAW_STREAMS) },
      { name: rollupName(sink), sink, target: rollupTarget(options), streams: DERIVED_STREAMS },
    ];
  });
}

/** The sink's own target with what its `rollup` names instead. */
function rollupTarget({ name: _name, ...options }: SinkOptions): Target {
  switch (options.type) {
    case "influx1": {
      const { rollup: place, ...own } = options;
      // a database of its own has its own default retention policy
      const inherited = place?.database === undefined ? own.retentionPolicy : undefined;
      const retentionPolicy = place?.retentionPolicy ?? inherited;
      return { ...own, database: place?.database ?? own.database, retentionPolicy };
    }
    case "influx2": {
      const { rollup: place, ...own } = options;
      return { ...own, bucket: place?.bucket ?? own.bucket };
    }
    case "victoriametrics": {
      const { rollup: place, ...own } = options;
      return { ...own, database: place?.database ?? own.database };
    }
  }
}
