/**
 * One look after the other: facts ▶ rules ▶ states ▶ journal ▶ notifiers.
 *
 * The writer of the stream `alerts` is the one that notifies: the stream's lock makes sure that there is one.
 *
 * @module
 */
import { errorText, explainError } from "../core/errors.ts";
import { type Journal, openJournal, openReader, streamFolder } from "../core/journal/journal.ts";
import type { Log } from "../core/log.ts";
import { keepCalendarsCurrent, type Times } from "./calendars/calendars.ts";
import { type DrawDay, dueDaily } from "./daily/daily.ts";
import type { CacheFacts } from "./facts/facts.ts";
import { KeptFacts } from "./facts/facts.ts";
import { KeptState, type UnmadeNotifier } from "./kept-state.ts";
import { alertLines } from "./lines.ts";
import { lookContextFor, type OwnReport, ownFactsOf } from "./look-context.ts";
import { messagesOf, noticeMessage } from "./messages.ts";
import type { Notifier } from "./notify/notify.ts";
import type { WatchOptions } from "./options.ts";
import { deliver, type Sent } from "./outbox/outbox.ts";
import { Pings } from "./ping.ts";
import { addressees } from "./settings/settings.ts";
import { keepSilencesCurrent, type Silence } from "./silences/silences.ts";
import {
  ALERTS_CURSOR,
  type Alert,
  type Change,
  Horizons,
  look,
  type Notice,
  parseStored,
  storedJson,
} from "./state/state.ts";

export interface WatchSetup {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly options: WatchOptions;
  readonly notifiers: readonly Notifier[];
  /** Those of the settings that cannot be made, as their secret is missing: reported on the others. */
  readonly unmade?: readonly UnmadeNotifier[];
  /** Address that is called after each look; undefined where there is none. */
  readonly pingUrl?: string | undefined;
  readonly log: Log;
  readonly nowMs?: () => number;
  readonly random?: () => number;
  /** Draws the pictures of the daily report; undefined: it has none. */
  readonly draw?: DrawDay;
  /** The last look of this process there will be: alerts do not wait for company. */
  readonly once?: boolean;
}

export interface CheckReport {
  readonly caches: number;
  /** Firing now. */
  readonly alerts: readonly Alert[];
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  readonly sent: readonly Sent[];
  readonly waiting: number;
}

/** Watches; holds the lock of the stream `alerts` until it is closed. */
export interface Watch {
  /** One look. @throws LarderError `JOURNAL_FULL`, `JOURNAL_WRITE`, `JOURNAL_READ`; what was committed stays. */
  check(own: OwnReport | undefined): Promise<CheckReport>;
  close(): Promise<void>;
}

/** @throws LarderError `LOCKED` when another process notifies from this state folder, `JOURNAL_OPEN`. */
export async function openWatch(setup: WatchSetup): Promise<Watch> {
  const nowMs = setup.nowMs ?? Date.now;
  const journal = await openJournal(setup.stateDir, "alerts", { nowMs });
  return new Watcher(setup, journal, nowMs);
}

/** A look that keeps nothing and notifies nobody. @throws LarderError `JOURNAL_READ` */
export async function previewCheck(setup: WatchSetup, own: OwnReport | undefined): Promise<CheckReport> {
  const last = await openReader(streamFolder(setup.stateDir, "alerts"), "alerts").last();
  const cursors = last?.cursors ?? {};
  const forgetful: Journal = {
    ...{ stream: "alerts", cursors },
    append: async () => {},
    endOf: () => undefined,
    close: async () => {},
  };
  const { pingUrl: _, ...rest } = setup;
  const nobody = { ...rest, notifiers: [], options: { ...rest.options, notifiers: [] } };
  return await new Watcher(nobody, forgetful, setup.nowMs ?? Date.now).check(own);
}

interface Looked {
  readonly caches: readonly CacheFacts[];
  readonly own: OwnReport | undefined;
  readonly nowMs: number;
  readonly silences: readonly Silence[];
  readonly times: Times;
}

/** What a commit has beside the states. */
interface Committed {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  readonly sent?: readonly Sent[];
}

class Watcher implements Watch {
  readonly #setup: WatchSetup;
  readonly #journal: Journal;
  readonly #nowMs: () => number;
  readonly #pings: Pings;
  readonly #facts: KeptFacts;
  readonly #times: (nowMs: number) => Promise<Times>;
  readonly #silences: () => Promise<readonly Silence[]>;
  readonly #horizons = new Horizons();
  readonly #kept: KeptState;

  constructor(setup: WatchSetup, journal: Journal, nowMs: () => number) {
    this.#setup = setup;
    this.#journal = journal;
    this.#nowMs = nowMs;
    this.#pings = new Pings(setup.pingUrl, setup.log);
    this.#facts = new KeptFacts(setup);
    this.#silences = keepSilencesCurrent(setup.stateDir, (problem) => setup.log.error(explainError(problem)));
    this.#times = keepCalendarsCurrent({
      ...{ paths: setup.options.calendars, timeZone: setup.timeZone },
      onProblem: (problem) => setup.log.error(explainError(problem)),
    });
    const json = journal.cursors[ALERTS_CURSOR];
    const stored = parseStored(json);
    if (json !== undefined && stored === undefined) {
      setup.log.warn("the states of alerts in the journal are of another form: they begin again");
    }
    this.#kept = new KeptState(stored, setup.unmade ?? [], nowMs());
  }

  async check(own: OwnReport | undefined): Promise<CheckReport> {
    this.#pings.call("start");
    try {
      const report = await this.#check(own);
      this.#pings.call("success");
      return report;
    } catch (error) {
      this.#pings.call("fail");
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      // how long something has lasted counts on in the next process
      if (this.#kept.alerts.size > 0) await this.#commit({ changes: [], notices: [] });
    } finally {
      await this.#journal.close();
      await this.#pings.settled();
    }
  }

  async #check(own: OwnReport | undefined): Promise<CheckReport> {
    const nowMs = this.#nowMs();
    const caches = await this.#facts.at(nowMs);
    const { changes, notices: found } = this.#look({
      caches,
      own,
      nowMs,
      silences: await this.#silences(),
      times: await this.#times(nowMs),
    });
    const notices = [...found, ...(await this.#dailyNotices(nowMs))];
    const kept = this.#kept;
    for (const notice of notices) {
      const to = addressees(notice, this.#setup.options).map(({ name }) => name);
      kept.enqueue(notice, to, nowMs);
    }
    if (changes.length > 0 || notices.length > 0 || kept.isDue(nowMs)) await this.#commit({ changes, notices });
    const { box, sent } = await deliver(kept.box, {
      notifiers: this.#setup.notifiers,
      names: this.#setup.options.notifiers.map(({ name }) => name),
      messageFor: messagesOf(this.#setup),
      nowMs: this.#nowMs,
      random: this.#setup.random ?? Math.random,
      commit: async (box, attempt) => {
        kept.box = box;
        await this.#commit({ changes: [], notices: [], sent: [attempt] });
      },
    });
    kept.box = box;
    const alerts = [...kept.alerts.values()].filter(({ phase }) => phase === "firing");
    return { caches: caches.length, alerts, changes, notices, sent, waiting: box.outbox.length };
  }

  #look({ caches, own, nowMs, silences, times }: Looked) {
    const { options, timeZone, notifiers, unmade, once } = this.#setup;
    const kept = this.#kept;
    const names = [...notifiers, ...(unmade ?? [])].map(({ name }) => name);
    const report = look(
      kept.alerts,
      { caches, own: ownFactsOf(own, names, kept.box.failing) },
      {
        ...lookContextFor({
          ...{ options, timeZone, nowMs, silences, times, lastMs: kept.lookMs },
          alone: once === true || caches.length < 2,
          name: () => kept.newName(),
        }),
        horizons: this.#horizons,
      },
    );
    kept.lookMs = nowMs;
    return report;
  }

  /** The daily report, when it is due. */
  async #dailyNotices(nowMs: number): Promise<Notice[]> {
    const { options, timeZone, log } = this.#setup;
    if (options.daily === undefined) return [];
    const { schedule } = options.daily;
    try {
      const due = await dueDaily({ schedule, known: this.#kept.daily, nowMs, timeZone, series: this.#kept.series });
      this.#kept.daily = due.known;
      return due.notice === undefined ? [] : [due.notice];
    } catch (error) {
      log.error(`Cannot use the schedule of the daily report "${schedule}": ${errorText(error)}`);
      return [];
    }
  }

  async #commit({ changes, notices, sent = [] }: Committed): Promise<void> {
    const said = notices
      .filter(({ kind }) => kind !== "daily")
      .map((notice) => ({ notice, message: noticeMessage(notice, this.#setup) }));
    await this.#journal.append({
      ...alertLines({ changes, notices: said, sent, nowMs: this.#nowMs() }),
      cursors: { [ALERTS_CURSOR]: storedJson(this.#kept.stored()) },
    });
    this.#kept.committed(this.#nowMs());
  }
}
