/**
 * What a watcher carries from look to look, and when the journal has to have it again.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Box } from "./outbox/outbox.ts";
import { type Alerts, type Daily, KEPT_FOR_MS, keyOf, type Notice, type Outgoing, type Stored } from "./state/state.ts";

export interface UnmadeNotifier {
  readonly name: string;
  readonly why: string;
}

export class KeptState {
  readonly alerts: Alerts;
  readonly series: string;
  box: Box;
  lookMs: number | undefined;
  daily: Daily | undefined;
  #next: number;
  /** What the journal has, but for what changes with every look. */
  #committed: string;
  /** When that was: others tell by it that somebody looks. */
  #committedMs: number;

  /** @param stored what the journal has; undefined: the first look of all */
  constructor(stored: Stored | undefined, unmade: readonly UnmadeNotifier[], nowMs: number) {
    const { alerts, notices, outbox, failing, series, next, lookMs, daily } = stored ?? emptyState();
    this.alerts = new Map(alerts.map((alert) => [keyOf(alert), alert]));
    this.box = { notices, outbox, failing: withUnmade(failing, unmade, nowMs) };
    this.series = series;
    this.#next = next;
    this.lookMs = lookMs;
    this.daily = daily;
    this.#committed = this.#signature();
    this.#committedMs = lookMs ?? Number.NEGATIVE_INFINITY;
  }

  /** A name for a message that no other has. */
  newName(): string {
    return `msg_${this.series}${this.#next++}`;
  }

  /** Puts a notice in the box for each of its addressees, due at once. */
  enqueue(notice: Notice, to: readonly string[], nowMs: number): void {
    if (to.length === 0) return;
    const outgoing = to.map((name): Outgoing => {
      return { notice: notice.id, to: name, firstMs: nowMs, nextMs: nowMs, tries: 0 };
    });
    const { notices, outbox } = this.box;
    this.box = { ...this.box, notices: [...notices, notice], outbox: [...outbox, ...outgoing] };
  }

  /** Whether the journal has something else, or nothing of late. */
  isDue(nowMs: number): boolean {
    const isOld = nowMs - this.#committedMs >= KEPT_FOR_MS || nowMs < this.#committedMs;
    return isOld || this.#signature() !== this.#committed;
  }

  /** The journal has it now. */
  committed(nowMs: number): void {
    this.#committed = this.#signature();
    this.#committedMs = nowMs;
  }

  stored(): Stored {
    const { series, lookMs, daily, box } = this;
    return { series, next: this.#next, lookMs, daily, alerts: [...this.alerts.values()], ...box };
  }

  #signature(): string {
    const { lookMs: _, daily, alerts, ...rest } = this.stored();
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
