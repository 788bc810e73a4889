/**
 * A collector ready to run passes: settings turned into sources, an open journal and shippers.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { LarderError } from "../core/errors.ts";
import { type Journal, openJournal, STREAMS, streamFolder } from "../core/journal/journal.ts";
import { openReader } from "../core/journal/reader.ts";
import { applyRetention } from "../core/journal/retention.ts";
import type { Log } from "../core/log.ts";
import { tagText } from "../core/point.ts";
import type { CollectorOptions } from "./options.ts";
import { type PassReport, runPass } from "./pass.ts";
import { openRejectFile } from "./reject-file.ts";
import { createShipper, type Shipper } from "./ship.ts";
import { loadPositions } from "./ship-cursor.ts";
import { createSink } from "./sinks/create.ts";
import { metricsDb } from "./sources/metrics-db.ts";
import { metricsSqlite } from "./sources/metrics-sqlite.ts";
import { METRICS_DB_PATH, METRICS_SQLITE_PATH } from "./sources/paths.ts";
import type { Source } from "./sources/source.ts";

/** How long a single pass waits for a server that takes nothing. */
const ONCE_SECONDS = 15;
const REJECT_MAX_BYTES = 16 * 1024 * 1024;

/** What a collector is made from. */
export interface CollectorSetup {
  readonly settings: CollectorOptions & {
    readonly server: string;
    readonly stateDir: string;
    readonly timezone: string;
  };
  readonly log: Log;
  /** Ends a pass, cleanly and soon. */
  readonly signal: AbortSignal;
  /** One pass is all there will be: it ships on while servers keep taking lines, and waits little for one that does not. */
  readonly once?: boolean;
  /** Reads and counts, writes and ships nothing. */
  readonly dryRun?: boolean;
  readonly nowMs?: () => number;
}

/** Runs passes; holds the journal's lock until it is closed. */
export interface Collector {
  /**
   * One pass over all sources and sinks.
   * @throws LarderError `SOURCE_NONE` when there is nothing to read on this machine, `JOURNAL_FULL`, `JOURNAL_WRITE`.
   */
  pass(): Promise<PassReport>;
  close(): Promise<void>;
}

/**
 * Opens the journal and prepares sources and sinks; asks no server anything yet.
 * @throws LarderError `LOCKED` when another collector runs on this state folder, `CONFIG_SECRET`, `JOURNAL_OPEN`.
 */
export async function createCollector(setup: CollectorSetup): Promise<Collector> {
  const { settings, log } = setup;
  const nowMs = setup.nowMs ?? Date.now;
  const journal = await openJournal(settings.stateDir, "collector", { nowMs });
  try {
    const shippers = setup.dryRun === true ? [] : await createShippers(setup, nowMs);
    const setAside = openRejectFile(settings.stateDir, "_rows", REJECT_MAX_BYTES);
    const sources = createSources(settings);
    const target = setup.dryRun === true ? forgetful(journal) : journal;
    return {
      async pass() {
        const rejected: { line: Buffer; reason: string; index: number }[] = [];
        const report = await runPass({
          stateDir: settings.stateDir,
          journal: target,
          sources: presentSources(sources, settings),
          shippers,
          tagText: tagText({ ...settings.tags, server: settings.server }),
          shipSeconds: setup.once === true ? Math.min(ONCE_SECONDS, settings.passSeconds) : settings.passSeconds,
          untilStalled: setup.once === true,
          signal: setup.signal,
          nowMs,
          log,
          reject: (source, what, reason) => {
            rejected.push({ line: Buffer.from(`# ${what}\n`), reason: `${source}: ${reason}`, index: rejected.length });
          },
        });
        if (setup.dryRun !== true) {
          await setAside.append(rejected, nowMs());
          await retain(settings, nowMs());
        }
        return report;
      },
      async close() {
        await Promise.all(shippers.map((shipper) => shipper.close()));
        await journal.close();
      },
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function createSources(settings: CollectorSetup["settings"]): Source[] {
  const { metricsSqlite: sqlite, metricsDb: db } = settings.sources;
  return [
    ...(sqlite.enabled ? [metricsSqlite({ path: sqlite.path })] : []),
    ...(db.enabled ? [metricsDb({ path: db.path })] : []),
  ];
}

/** Apple's own places are looked into only where there is something; a Mac has one generation of database or none yet. */
function presentSources(sources: readonly Source[], settings: CollectorSetup["settings"]): Source[] {
  const usual = new Set([METRICS_DB_PATH, METRICS_SQLITE_PATH]);
  const present = sources.filter(({ place }) => !usual.has(place) || existsSync(place));
  if (present.length > 0 || sources.length === 0) return present;
  throw new LarderError(`Cannot collect on "${settings.server}": neither of Apple's metrics databases is there`, {
    code: "SOURCE_NONE",
    state: "nothing was changed",
    next: "switch content caching on and wait a minute, or set sources.metricsDb.path or sources.metricsSqlite.path",
    retryable: true,
  });
}

async function createShippers({ settings, log, signal }: CollectorSetup, nowMs: () => number): Promise<Shipper[]> {
  const readers = STREAMS.map((stream) => openReader(streamFolder(settings.stateDir, stream), stream));
  return await Promise.all(
    settings.sinks.map(async (options) => {
      const sink = await createSink(options, { log, nowMs });
      return await createShipper({ sink, readers, stateDir: settings.stateDir, signal });
    }),
  );
}

/** Removes what is older than wanted; what a sink still needs stays until the disk's share is used up. */
async function retain(settings: CollectorSetup["settings"], now: number): Promise<void> {
  const limits = { keepDays: settings.journal.keepDays, keepBytes: settings.journal.keepMegabytes * 1_000_000 };
  const positions = await Promise.all(settings.sinks.map(({ name }) => loadPositions(settings.stateDir, name)));
  for (const stream of STREAMS) {
    const needed = positions
      .map((position) => position[stream] ?? { segment: 0, offset: 0 })
      .sort((a, b) => a.segment - b.segment || a.offset - b.offset)[0];
    await applyRetention(streamFolder(settings.stateDir, stream), limits, needed, now);
  }
}

/** A journal that keeps nothing: what a dry run writes to. */
function forgetful(journal: Journal): Journal {
  return { ...journal, cursors: journal.cursors, append: async () => {} };
}
