/**
 * One look after the other: facts ▶ rules ▶ states ▶ journal ▶ notifiers.
 *
 * The writer of the stream `alerts` is the one that notifies: the stream's lock makes sure that there is one.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { errorText, explainError } from "../core/errors.ts";
import { type Journal, openJournal, openReader, streamFolder } from "../core/journal/journal.ts";
import type { Log } from "../core/log.ts";
import { keepCalendarsCurrent, type Times } from "./calendars/calendars.ts";
import { type DrawDay, dueDaily } from "./daily/daily.ts";
import type { CacheFacts } from "./facts/facts.ts";
import { KeptFacts } from "./facts/facts.ts";
import { alertLines } from "./lines.ts";
import { lookContextFor, type OwnReport, ownFactsOf } from "./look-context.ts";
import { messagesOf, noticeMessage } from "./messages.ts";
import type { Notifier } from "./notify/notify.ts";
import type { WatchOptions } from "./options.ts";
import { type Box, deliver, type Sent } from "./outbox/outbox.ts";
import { Pings } from "./ping.ts";
import { addressees } from "./settings/settings.ts";
import { keepSilencesCurrent, type Silence } from "./silences/silences.ts";
import {
  ALERTS_CURSOR,
  type Alert,
  type Alerts,
  type Change,
  type Daily,
  Horizons,
  KEPT_FOR_MS,
  keyOf,
  look,
  type Notice,
  type Outgoing,
  parseStored,
  type Stored,
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

export interface UnmadeNotifier {
  readonly name: string;
  readonly why: string;
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
  readonly #alerts: Alerts;
  readonly #horizons = new Horizons();
  #box: Box;
  #next: number;
  readonly #series: string;
  #lookMs: number | undefined;
  #daily: Daily | undefined;
  /** What the journal has, but for what changes with every look. */
  #committed: string;
  /** When that was: others tell by it that somebody looks. */
  #committedMs: number;

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
    const { alerts, notices, outbox, failing, series, next, lookMs } = stored ?? emptyState();
    this.#alerts = new Map(alerts.map((alert) => [keyOf(alert), alert]));
    this.#box = { notices, outbox, failing: withUnmade(failing, setup.unmade ?? [], nowMs()) };
    [this.#series, this.#next, this.#lookMs] = [series, next, lookMs];
    this.#daily = stored?.daily;
    this.#committed = this.#signature();
    this.#committedMs = lookMs ?? Number.NEGATIVE_INFINITY;
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
      if (this.#alerts.size > 0) await this.#commit({ changes: [], notices: [] });
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
    for (const notice of notices) this.#enqueue(notice, nowMs);
    const isOld = nowMs - this.#committedMs >= KEPT_FOR_MS || nowMs < this.#committedMs;
    if (changes.length > 0 || notices.length > 0 || isOld || this.#signature() !== this.#committed) {
      await this.#commit({ changes, notices });
    }
    const { box, sent } = await deliver(this.#box, {
      notifiers: this.#setup.notifiers,
      names: this.#setup.options.notifiers.map(({ name }) => name),
      messageFor: messagesOf(this.#setup),
      nowMs: this.#nowMs,
      random: this.#setup.random ?? Math.random,
      commit: async (box, attempt) => {
        this.#box = box;
        await this.#commit({ changes: [], notices: [], sent: [attempt] });
      },
    });
    this.#box = box;
    const alerts = [...this.#alerts.values()].filter(({ phase }) => phase === "firing");
    return { caches: caches.length, alerts, changes, notices, sent, waiting: box.outbox.length };
  }

  #look({ caches, own, nowMs, silences, times }: Looked) {
    const { options, timeZone, notifiers, unmade, once } = this.#setup;
    const names = [...notifiers, ...(unmade ?? [])].map(({ name }) => name);
    const report = look(
      this.#alerts,
      { caches, own: ownFactsOf(own, names, this.#box.failing) },
      {
        ...lookContextFor({
          ...{ options, timeZone, nowMs, silences, times, lastMs: this.#lookMs },
          alone: once === true || caches.length < 2,
          name: () => `msg_${this.#series}${this.#next++}`,
        }),
        horizons: this.#horizons,
      },
    );
    this.#lookMs = nowMs;
    return report;
  }

  #enqueue(notice: Notice, nowMs: number): void {
    const { options } = this.#setup;
    const outgoing: Outgoing[] = addressees(notice, options).map(({ name }) => {
      return { notice: notice.id, to: name, firstMs: nowMs, nextMs: nowMs, tries: 0 };
    });
    if (outgoing.length === 0) return;
    this.#box = {
      ...this.#box,
      notices: [...this.#box.notices, notice],
      outbox: [...this.#box.outbox, ...outgoing],
    };
  }

  /** The daily report, when it is due. */
  async #dailyNotices(nowMs: number): Promise<Notice[]> {
    const { options, timeZone, log } = this.#setup;
    if (options.daily === undefined) return [];
    const { schedule } = options.daily;
    try {
      const due = await dueDaily({ schedule, known: this.#daily, nowMs, timeZone, series: this.#series });
      this.#daily = due.known;
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
      cursors: { [ALERTS_CURSOR]: storedJson(this.#state()) },
    });
    this.#committed = this.#signature();
    this.#committedMs = this.#nowMs();
  }

  #state(): Stored {
    return {
      series: this.#series,
      next: this.#next,
      lookMs: this.#lookMs,
      daily: this.#daily,
      alerts: [...this.#alerts.values()],
      ...this.#box,
    };
  }

  #signature(): string {
    const { lookMs: _, daily, alerts, ...rest } = this.#state();
    // from when on a day may be missed has to be known
    return JSON.stringify([rest, daily === undefined, alerts.map(({ values: __, ...alert }) => alert)]);
  }
}

/** Who cannot be notified at all fails as well, from the first time on; who can be again is given another try. */
function withUnmade(failing: Stored["failing"], unmade: readonly UnmadeNotifier[], nowMs: number): Stored["failing"] {
  const others = Object.entries(failing).filter(([, { unmade: was }]) => was !== true);
  const now = unmade.map(({ name, why }) => {
    const known = failing[name];
    return [name, { sinceMs: known?.sinceMs ?? nowMs, why, refused: true, unmade: true }] as const;
  });
  return Object.fromEntries([...others, ...now]);
}

function emptyState(): Stored {
  const series = `${randomBytes(8).toString("hex")}x`;
  return { series, next: 1, lookMs: undefined, alerts: [], notices: [], outbox: [], failing: {} };
}
