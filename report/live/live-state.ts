/**
 * What the live page knows of a journal: read once for the day, then kept current by what is new, for every cache apart.
 *
 * The numbers are those of `history`: the first answer is as of a cut of the journal, and every line after the cut is added
 * to it once. Where lines went before they were followed, or a stream began again, and at midnight, all is read again.
 *
 * @module
 */
import {
  type CacheState,
  type Cut,
  type HistoryEvent,
  KeptCurrent,
  type LastWarming,
  type Pass,
  type TrafficRow,
  type WarmingLines,
} from "../../core/history/history.ts";
import { type Day, type LiveStateOptions, readDay } from "./live-day.ts";
import { ALL } from "./running-traffic.ts";
import type { UsualDay } from "./usual-day.ts";

/** All that is known of one cache, or of all of them. */
export interface CacheFacts {
  /** `ALL` for all of them. */
  readonly server: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: CacheState | undefined;
  readonly pass: Pass | undefined;
  /** Newest first. */
  readonly events: readonly HistoryEvent[];
  readonly lastWarming: LastWarming | undefined;
  /** Today's hours with data, and past days with data, today among them. */
  readonly hours: readonly TrafficRow[];
  readonly days: readonly TrafficRow[];
  readonly usual: UsualDay | undefined;
  /** Beginnings of today's hours in which anything was heard of it: where nothing was served then, it is known. */
  readonly heardHours: ReadonlySet<number>;
  /** Time of its newest row of traffic in the last day; of this computer's cache in the last week. */
  readonly newestRowMs: number | undefined;
  /** Time of its newest line of any kind in the last day. */
  readonly heardMs: number | undefined;
}

/** What an update changed. */
export interface Update {
  /** All was read again. */
  readonly reread: boolean;
  /** Servers with new lines. */
  readonly servers: ReadonlySet<string>;
  /** Whether alerts began or ended. */
  readonly alerts: boolean;
}

/** What the live page knows. */
export class LiveState {
  readonly #options: LiveStateOptions;
  readonly #days: KeptCurrent<Day>;

  private constructor(options: LiveStateOptions, days: KeptCurrent<Day>) {
    this.#options = options;
    this.#days = days;
  }

  /** Reads what there is. @throws LarderError `JOURNAL_READ` */
  static async open(options: LiveStateOptions, nowMs: number): Promise<LiveState> {
    const read = async (cut: Cut, atMs: number): Promise<Day> => await readDay(options, cut, atMs);
    return new LiveState(options, await KeptCurrent.open(options.stateDir, read, nowMs));
  }

  /** Takes what is new. @throws LarderError `JOURNAL_READ`; what was known stays, and the next look reads all again. */
  async update(nowMs: number): Promise<Update> {
    this.#day.touched = new Set();
    this.#day.alertsChanged = false;
    const reread = await this.#days.update(nowMs);
    const { touched, alertsChanged } = this.#day;
    return { reread, servers: reread ? new Set(this.servers) : touched, alerts: reread || alertsChanged };
  }

  get #day(): Day {
    return this.#days.state;
  }

  /** Names of all caches: those with traffic in the days of the page, or heard of in the last day. */
  get servers(): string[] {
    const { hours, days, states, passes } = this.#day;
    const names = new Set([...hours.servers, ...days.servers, ...states.servers, ...passes.servers]);
    names.delete(ALL);
    return [...names].sort();
  }

  get todayMs(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.#day.fromMs, toMs: this.#day.toMs };
  }

  /** What is known of a cache. */
  facts(server: string): CacheFacts {
    const { hours, days, states, passes, events, lastWarming, usual, tags, heard } = this.#day;
    const own = server === this.#options.server ? this.#day.own : undefined;
    return {
      server,
      tags: tags.get(server) ?? {},
      state: states.of(server) ?? own?.state,
      pass: passes.of(server) ?? own?.pass,
      events: events.of(server) ?? [],
      lastWarming: lastWarming.of(server),
      hours: hours.rows(server),
      days: days.rows(server),
      usual: usual.get(server),
      heardHours: heard.get(server)?.hours ?? new Set(),
      newestRowMs: heard.get(server)?.rowMs ?? own?.rowMs,
      heardMs: heard.get(server)?.lineMs,
    };
  }

  /** What is known of all of them together. */
  allFacts(): CacheFacts {
    const { hours, days, events, usual, heard } = this.#day;
    const each = [...heard.values()];
    const newest = (times: readonly (number | undefined)[]): number | undefined =>
      times.reduce((last, ms) => (ms === undefined || (last ?? ms) > ms ? last : ms), undefined);
    return {
      server: ALL,
      tags: {},
      state: undefined,
      pass: undefined,
      events: events.servers.flatMap((server) => events.of(server) ?? []).sort((a, b) => b.timeMs - a.timeMs),
      lastWarming: undefined,
      hours: hours.rows(ALL),
      days: days.rows(ALL),
      usual: usual.get(ALL),
      heardHours: new Set(each.flatMap((one) => [...one.hours])),
      newestRowMs: newest(each.map(({ rowMs }) => rowMs)),
      heardMs: newest(each.map(({ lineMs }) => lineMs)),
    };
  }

  /** Servers that warm, with what they did in the last two days; a host that only warms is among them. */
  get warmers(): { readonly server: string; readonly warming: WarmingLines }[] {
    const { warming } = this.#day;
    return warming.servers.flatMap((server) => {
      const lines = warming.of(server);
      return lines === undefined ? [] : [{ server, warming: lines }];
    });
  }
}
