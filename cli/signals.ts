/**
 * Ctrl-C and SIGTERM, one rule for every command that runs for long: the first finishes what is in hand, the next leaves
 * it, and one more has the system's own effect: the process ends at once.
 *
 * @module
 */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** What a command does with signals. */
export interface SignalOptions {
  /** Called at the first signal, before `stop` is aborted. */
  readonly onStop?: (name: NodeJS.Signals) => void;
  /** Whether the command can leave what is in hand: then the second signal aborts `abort`. Otherwise it ends the process. */
  readonly canAbort?: boolean;
}

/** The signals of a command, as aborts. */
export interface Stopping {
  /** Start nothing more, finish what is in hand. */
  readonly stop: AbortSignal;
  /** Leave everything now. */
  readonly abort: AbortSignal;
  /** Gives the signals back to the system. */
  release(): void;
}

/** Takes the signals until `release`, or until there is nothing left to ask for. */
export function followSignals({ onStop, canAbort = false }: SignalOptions = {}): Stopping {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const onSignal = (name: NodeJS.Signals): void => {
    const first = !stop.signal.aborted;
    if (!first || !canAbort) release();
    if (!first) abort.abort();
    else {
      onStop?.(name);
      stop.abort();
    }
  };
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return { stop: stop.signal, abort: abort.signal, release };
}
