/**
 * Whether a sink is the database that is imported from. It would get every point a second time: the pipeline named no
 * cache, and with another tag a point is another one, so no server can tell that it is the same.
 *
 * Addresses do not say it, as a server has many; so each sink is asked for a point that was just read.
 *
 * @module
 */
import { errorText, LarderError } from "../../core/errors.ts";
import { tagText } from "../../core/line/line.ts";
import { type Destination, influxPlaceOf, type SecretsContext } from "../sinks/sinks.ts";
import { InfluxReader, type InfluxSource } from "./influx-reader.ts";
import type { SourceTable } from "./source-tables.ts";

/** A point of the source that gets other tags here. */
export interface SourceSample {
  readonly table: SourceTable;
  readonly tags: Readonly<Record<string, string>>;
  readonly timeMs: number;
}

export interface OverlapQuestion {
  readonly source: Pick<InfluxSource, "queryUrl" | "database">;
  readonly sample: SourceSample;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 20_000;

/** @throws LarderError `IMPORT_SINK` for a sink that has the point, or that cannot be asked; `CONFIG_SECRET` */
export async function checkSinks(
  destinations: readonly Destination[],
  { source, sample, signal }: OverlapQuestion,
  context: SecretsContext,
): Promise<void> {
  for (const destination of destinations.filter(({ streams }) => streams.includes("imported"))) {
    const place = await influxPlaceOf(destination, context);
    if (place === undefined) continue;
    const { url: queryUrl, database = "", retentionPolicy, authorization, caFile } = place;
    if (queryUrl === source.queryUrl && database === source.database) throw same(destination.sink);
    const asked = { queryUrl, database, retentionPolicy, authorization, caFile, tags: {} };
    const reader = new InfluxReader(asked, signal, { tries: 1, timeoutMs: TIMEOUT_MS });
    const holds = await reader.has(sample.table, sample.tags, sample.timeMs).catch((error: unknown) => {
      // a database that is not there yet holds nothing
      if (/not found/i.test(errorText(error))) return false;
      throw unsure(destination.sink, error);
    });
    if (holds) throw same(destination.sink);
  }
}

/** A point that is recognised: of a series without the name it gets. */
export function isSample(tags: Readonly<Record<string, string>>, named: string): boolean {
  return tagText(tags) !== named;
}

function same(sink: string): LarderError {
  return new LarderError(
    `Cannot import: sink "${sink}" is the database that is imported from, and would get it all twice`,
    {
      code: "IMPORT_SINK",
      state: "nothing was changed",
      next: 'set "imported": false for that sink, start the daemon again, then import; or give larder a database of its own',
    },
  );
}

function unsure(sink: string, error: unknown): LarderError {
  return new LarderError(
    `Cannot tell whether sink "${sink}" is the database that is imported from, which would get it all twice: ${errorText(error)}`,
    {
      code: "IMPORT_SINK",
      state: "nothing was changed",
      next: "--sinks-differ says that it is another database",
      cause: error,
    },
  );
}
