/**
 * The one outbox: every notice to every notifier, until it is delivered or too old to matter.
 *
 * Notifiers are independent of each other: one that hangs or refuses delays nobody. What was delivered is committed before
 * the next notice is sent, so that a process that dies repeats one at most.
 *
 * @module
 */
import { errorText, LarderError } from "../../core/errors.ts";
import { type Patience, retryDelayMs } from "../../core/retry.ts";
import { type Notifier, UnsentError } from "../notify/notify.ts";
import type { Failing, Notice, Outgoing } from "../state/state.ts";
import type { Message } from "../words/words.ts";

const PATIENCE: Patience = { firstMs: 30_000, longestMs: 3_600_000, longestAskedMs: 3_600_000 };
/** News of last week helps nobody, and the alert itself is reminded of. */
const KEEP_MS = 72 * 3_600_000;
/** Notices a notifier is given in one round, and how long it may take for them: the daemon waits. */
const MOST_PER_ROUND = 20;
const ROUND_MS = 20_000;

/** What waits, and who fails. */
export interface Box {
  readonly notices: readonly Notice[];
  readonly outbox: readonly Outgoing[];
  readonly failing: Readonly<Record<string, Failing>>;
}

/** One attempt. */
export interface Sent {
  readonly notice: Notice;
  readonly to: string;
  /** `delivered`, `accepted`, or the failure. */
  readonly outcome: "delivered" | "accepted" | LarderError;
  /** Attempts so far. */
  readonly tries: number;
}

export interface DeliverySetup {
  readonly notifiers: readonly Notifier[];
  /** Names in the settings: one that cannot be made today, as its secret is missing, keeps what waits for it. */
  readonly names: readonly string[];
  messageFor(notice: Notice, to: string): Message | Promise<Message>;
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Keeps the box as it is now, and what came of the attempt that changed it. */
  commit(box: Box, attempt: Sent): Promise<void>;
}

/** Sends what is due. @returns every attempt */
export async function deliver(
  before: Box,
  setup: DeliverySetup,
): Promise<{ readonly box: Box; readonly sent: Sent[] }> {
  let box = withoutStale(before, setup);
  const sent: Sent[] = [];
  let committing: Promise<void> = Promise.resolve();
  const settle = async (attempt: Sent, change: (box: Box) => Box): Promise<void> => {
    box = withoutUnused(change(box));
    const now = box;
    committing = committing.then(async () => await setup.commit(now, attempt));
    await committing;
  };
  const begunMs = performance.now();
  const rounds = await Promise.allSettled(
    setup.notifiers.map(async (notifier) => {
      const due = box.outbox
        .filter(({ to, nextMs }) => to === notifier.name && nextMs <= setup.nowMs())
        .slice(0, MOST_PER_ROUND);
      for (const entry of due) {
        const notice = box.notices.find(({ id }) => id === entry.notice);
        if (notice === undefined) continue;
        if (performance.now() - begunMs > ROUND_MS) break;
        const attempt = { ...(await sendOne(notifier, notice, setup)), tries: entry.tries + 1 };
        sent.push(attempt);
        await settle(attempt, (known) => settled(known, { entry, attempt }, setup));
        // what it asks us to wait for holds for all that is for it
        if (attempt.outcome instanceof LarderError && attempt.outcome.retryable) break;
      }
    }),
  );
  for (const round of rounds) if (round.status === "rejected") throw round.reason;
  return { box, sent };
}

async function sendOne(
  notifier: Notifier,
  notice: Notice,
  { messageFor }: DeliverySetup,
): Promise<Omit<Sent, "tries">> {
  const to = notifier.name;
  try {
    return { notice, to, outcome: await notifier.send(notice, await messageFor(notice, to)) };
  } catch (error) {
    const outcome =
      error instanceof LarderError ? error : new UnsentError(to, errorText(error), { retryable: true, cause: error });
    return { notice, to, outcome };
  }
}

interface Settled {
  readonly entry: Outgoing;
  readonly attempt: Sent;
}

function settled(box: Box, { entry, attempt: { to, outcome, tries } }: Settled, { nowMs, random }: DeliverySetup): Box {
  if (!(outcome instanceof LarderError)) {
    const { [to]: _, ...failing } = box.failing;
    return { ...box, failing, outbox: box.outbox.filter((each) => each !== entry) };
  }
  const askedMs = outcome instanceof UnsentError ? outcome.askedMs : undefined;
  const waitMs = outcome.retryable
    ? retryDelayMs(PATIENCE, { failures: tries, random: random(), askedMs })
    : PATIENCE.longestMs;
  const later = { ...entry, tries, nextMs: nowMs() + waitMs };
  const known = box.failing[to];
  const failure = { sinceMs: known?.sinceMs ?? nowMs(), why: outcome.message, refused: !outcome.retryable };
  return {
    ...box,
    failing: { ...box.failing, [to]: failure },
    outbox: box.outbox.map((each) => (each === entry ? later : each)),
  };
}

/** Without what is too old, and what is for notifiers that are gone from the settings. */
function withoutStale(box: Box, setup: DeliverySetup): Box {
  const { nowMs } = setup;
  const names = new Set(setup.names);
  const outbox = box.outbox.filter(({ to, firstMs }) => names.has(to) && nowMs() - firstMs < KEEP_MS);
  const failing = Object.fromEntries(Object.entries(box.failing).filter(([name]) => names.has(name)));
  return withoutUnused({ ...box, outbox, failing });
}

function withoutUnused(box: Box): Box {
  const needed = new Set(box.outbox.map(({ notice }) => notice));
  return { ...box, notices: box.notices.filter(({ id }) => needed.has(id)) };
}
