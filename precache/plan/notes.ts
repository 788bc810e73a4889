/**
 * What is worth a sentence and makes a run no worse: a copy that is not current, entries that were left out.
 *
 * Readers of catalogues and inventories log such things as warnings. For people who watch, a line of JSON in the middle of
 * a screen is not one; so warnings are gathered here as sentences, and the log has them as information.
 *
 * @module
 */
import type { Log } from "../../core/log.ts";

export interface Noting {
  /** Like the log it replaces; warnings become notes. */
  readonly log: Log;
  /** One sentence each, in order, none twice. */
  readonly notes: readonly string[];
}

/** A log that gathers its warnings. */
export function noting(log: Log): Noting {
  const notes: string[] = [];
  const warn: Log["warn"] = (message, details) => {
    const note = sentence(message, details);
    if (!notes.includes(note)) notes.push(note);
    log.info(message, details);
  };
  return {
    log: {
      debug: (message, details) => log.debug(message, details),
      info: (message, details) => log.info(message, details),
      warn,
      error: (message, details) => log.error(message, details),
    },
    notes,
  };
}

function sentence(message: string, details: Readonly<Record<string, unknown>> = {}): string {
  const parts = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? message : `${message} (${parts.join(", ")})`;
}
