/**
 * A collector ready to run passes: settings turned into sources, an open journal and shippers.
 *
 * @module
 */
import { errorText, type LarderError } from "../core/errors.ts";
import type { Json } from "../core/journal/journal.ts";
import {
  applyRetention,
  type Journal,
  type LeftAt,
  openJournal,
  openReader,
  ProvenTime,
  packSegments,
  type RetentionClock,
  STREAMS,
  type StreamName,
  scrubJournal,
  streamFolder,
  streamShare,
} from "../core/journal/journal.ts";
import { waitForLock } from "../core/lock.ts";
import type { Log } from "../core/log.ts";
import { selfBatch } from "./health/health.ts";
import { lineTags } from "./line-tags.ts";
import type { CollectorOptions } from "./options.ts";
import { checkOwner, OWNER_CURSOR } from "./owner.ts";
import { type PassReport, runPass } from "./pass.ts";
import { openRollup, RollupMemory } from "./rollup/rollup.ts";
import { openSetAside } from "./set-aside.ts";
import { createShipper, oldestNeeded, type Shipper } from "./ship/ship.ts";
import { createSink, destinationsOf } from "./sinks/sinks.ts";
import { forgetClients, sourcesOf } from "./sources/sources.ts";

/** How long a single pass waits for a server that takes nothing. */
const ONCE_SECONDS = 15;

/** Segments of a stream that are packed after a pass: a third of a second each. */
const PACKED_PER_PASS = 1;

/** Tidying looks into every stream: there is nothing to do for it every minute. */
const TIDY_EVERY_MS = 10 * 60_000;
/** After a pass that wrote as much there may be. */
const TIDY_LINES = 10_000;

/** What a collector is made from. */
export interface CollectorSetup {
  readonly settings: CollectorOptions & {
    readonly server: string;
    readonly stateDir: string;
    readonly timezone: string;
  };
  /** Whether the admin has named the time zone, and not the system. */
  readonly zoneIsSet?: boolean;
  readonly log: Log;
  /** Ends a pass, cleanly and soon. */
  readonly signal: AbortSignal;
  /** One pass is all there will be: it ships on while servers keep taking lines, and waits little for one that does not. */
  readonly once?: boolean;
  /** It is started to stay: it waits a minute for the passes of a receiver, which take the journal's lock and leave it. */
  readonly stays?: boolean;
  /** The state folder is this cache's, though its name or its databases are others than before. */
  readonly takeOver?: boolean;
  /** Reads and counts, writes and ships nothing. */
  readonly dryRun?: boolean;
  readonly nowMs?: () => number;
  /** What those knew that ran before on the same state folder, in the same process. */
  readonly memory?: CollectorMemory;
}

/**
 * What a collector knows, kept for the next: where each pass has a collector of its own, so that others may write between
 * them, each need not read again what the last has written. It is used only where nobody else has.
 */
export class CollectorMemory {
  readonly leftAt = new Map<string, LeftAt | undefined>();
  readonly rollup = new RollupMemory();
  /** On the process's own clock, milliseconds. */
  tidyAgainAt = 0;
}

/** Runs passes; holds the journal's lock until it is closed. */
export interface Collector {
  /**
   * One pass over all sources and sinks.
   * @throws LarderError `SOURCE_NONE` when there is nothing to read on this machine, `STATE_OTHER_CACHE` when
   * the state folder is another cache's, `JOURNAL_FULL`, `JOURNAL_WRITE`.
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
  const dryRun = setup.dryRun === true;
  const memory = setup.memory ?? new CollectorMemory();
  const open = async () => await openJournals(settings.stateDir, memory, nowMs);
  const onWait = ({ message }: LarderError): void => log.info("waiting for the lock of the journal", { held: message });
  const journals = setup.stays === true ? await waitForLock(open, { signal: setup.signal, onWait }) : await open();
  const close = async (): Promise<void> => {
    for (const journal of Object.values(journals)) memory.leftAt.set(journal.stream, await journal.close());
  };
  try {
    const shippers = dryRun ? [] : await createShippers(setup, journals, nowMs);
    const sources = sourcesOf(settings.sources, settings);
    const finish = await afterPass({ ...setup, memory }, journals, nowMs);
    const tags = lineTags(settings);
    return {
      async pass() {
        const present = sources();
        const owner = await checkOwner({
          stateDir: settings.stateDir,
          cursors: journals.collector.cursors,
          server: settings.server,
          sources: present,
          log,
          takeOver: setup.takeOver === true,
        });
        if (owner !== undefined && !dryRun) await noteOwner(journals.collector, owner);
        const report = await runPass({
          stateDir: settings.stateDir,
          journal: dryRun ? forgetful(journals.collector) : journals.collector,
          sources: present,
          shippers,
          tagText: tags,
          ...(dryRun ? {} : { afterReading: finish.rollUp }),
          shipSeconds: setup.once === true ? Math.min(ONCE_SECONDS, settings.passSeconds) : settings.passSeconds,
          untilStalled: setup.once === true,
          signal: setup.signal,
          nowMs,
          log,
          setAside: dryRun ? async (_source, rows) => rows.length : finish.setAside,
        });
        if (!dryRun) await finish.settle(report, tags);
        return report;
      },
      async close() {
        await Promise.all(shippers.map((shipper) => shipper.close()));
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function noteOwner(journal: Journal, owner: Json): Promise<void> {
  await journal.append({ lines: "", lineCount: 0, span: undefined, cursors: { [OWNER_CURSOR]: owner } });
}

interface Journals {
  readonly collector: Journal;
  readonly rollup: Journal;
}

async function openJournals(stateDir: string, { leftAt }: CollectorMemory, nowMs: () => number): Promise<Journals> {
  const open = async (stream: StreamName) => await openJournal(stateDir, stream, { nowMs, leftAt: leftAt.get(stream) });
  const collector = await open("collector");
  try {
    return { collector, rollup: await open("rollup") };
  } catch (error) {
    await collector.close();
    throw error;
  }
}

/** What follows reading: roll-ups before the last shipping, self-knowledge and tidying after it. */
async function afterPass(
  { settings, log, zoneIsSet = false, memory }: CollectorSetup & { readonly memory: CollectorMemory },
  journals: Journals,
  nowMs: () => number,
) {
  const { stateDir, timezone: timeZone } = settings;
  const rollup = openRollup({
    stateDir,
    journal: journals.rollup,
    writers: [journals.collector],
    timeZone,
    zoneIsSet,
    log,
    nowMs,
    memory: memory.rollup,
  });
  const proven = new ProvenTime(streamFolder(stateDir, "collector"));
  return {
    setAside: openSetAside(stateDir, nowMs),
    /** Roll-ups that fail hold nothing up: the next pass begins at the last commit. */
    rollUp: async (): Promise<void> => {
      try {
        await rollup.run();
      } catch (error) {
        log.error(`roll-ups wait: ${errorText(error)}`);
      }
    },
    settle: async (report: PassReport, tags: string): Promise<void> => {
      const now = nowMs();
      await journals.collector.append(selfBatch(report, { cursors: journals.collector.cursors, tags, nowMs: now }));
      const written = report.sources.reduce((sum, { lines }) => sum + lines, 0);
      if (written < TIDY_LINES && performance.now() < memory.tidyAgainAt) return;
      const more = await tidy(settings, { nowMs: now, provenMs: async () => await proven.before(now) }, log);
      memory.tidyAgainAt = more ? 0 : performance.now() + TIDY_EVERY_MS;
    },
  };
}

/** One shipper a destination. */
async function createShippers(
  { settings, log, signal }: CollectorSetup,
  journals: Journals,
  nowMs: () => number,
): Promise<Shipper[]> {
  const { stateDir } = settings;
  const writers = Object.values(journals);
  return await Promise.all(
    destinationsOf(settings.sinks).map(async (destination) => {
      const readers = destination.streams.map((stream) => {
        const writer = writers.find((journal) => journal.stream === stream);
        return openReader(streamFolder(stateDir, stream), stream, writer);
      });
      const sink = await createSink(destination, { log, nowMs });
      return await createShipper({ sink, readers, stateDir, signal });
    }),
  );
}

/**
 * Removes what is older than wanted, where what a sink still needs stays until the disk's share is used up, and packs
 * what is closed: a little at a time, so that a journal of years is packed while passes go on.
 * @returns whether there is more to pack
 */
async function tidy(settings: CollectorSetup["settings"], clock: RetentionClock, log: Log): Promise<boolean> {
  let more = false;
  const { keepDays, keepMegabytes } = settings.journal;
  const limits = { keepDays, keepBytes: await streamShare(settings.stateDir, keepMegabytes * 1_000_000) };
  const destinations = destinationsOf(settings.sinks);
  for (const stream of STREAMS) {
    const readers = destinations.filter(({ streams }) => streams.includes(stream)).map(({ name }) => name);
    const needed = await oldestNeeded(settings.stateDir, readers, stream);
    const folder = streamFolder(settings.stateDir, stream);
    const done = await applyRetention(folder, { limits, needed, clock });
    if (done.removedSegments > 0) {
      log.info("removed the oldest of the journal", {
        stream,
        segments: done.removedSegments,
        bytes: done.removedBytes,
      });
    }
    if (done.heldBack > 0) log.info("kept what is old by the clock alone", { stream, segments: done.heldBack });
    if (await pack(folder, log)) more = true;
  }
  await scrub(settings.stateDir, clock.nowMs, log);
  await forgetClients(settings, { nowMs: clock.nowMs, log });
  return more;
}

/** Packing only saves room: where it fails, the segment stays as it is, and the next try is later. True when it has packed. */
async function pack(folder: string, log: Log): Promise<boolean> {
  try {
    const packed = await packSegments(folder, { most: PACKED_PER_PASS });
    if (packed.segments > 0) log.debug("packed a segment of the journal", { folder, ...packed });
    return packed.segments > 0;
  } catch (error) {
    log.warn(`packing the journal waits: ${errorText(error)}`);
    return false;
  }
}

/** Checks what is stored: damage is reported when it occurs, not when somebody asks for those days. */
async function scrub(stateDir: string, nowMs: number, log: Log): Promise<void> {
  try {
    for (const [stream, segment] of await scrubJournal(stateDir, { nowMs })) {
      log.error("a segment of the journal is damaged; larder journal verify says more", { stream, segment });
    }
  } catch (error) {
    log.warn(`checking the journal waits: ${errorText(error)}`);
  }
}

/** A journal that keeps nothing: what a dry run writes to. */
function forgetful(journal: Journal): Journal {
  return {
    stream: journal.stream,
    cursors: journal.cursors,
    append: async () => {},
    endOf: (segment) => journal.endOf(segment),
    close: async () => await journal.close(),
  };
}
