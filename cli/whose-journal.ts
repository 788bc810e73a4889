/**
 * Whose journal a command that reads looks at. The daemon runs as root and keeps its own; a person who forgets sudo would
 * look at an empty one in her home, and must not read that the collector never ran.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "../core/errors.ts";
import { type LoadedSettings, systemStateDir } from "./load-settings.ts";
import { printError } from "./output.ts";

/** Where this is tried out; for real the user of the process and the system's folder. */
export interface Here {
  readonly isRoot: boolean;
  readonly systemDir: string;
}

/**
 * Says on standard error that the daemon has another journal, where that is so.
 * @param command what to repeat with sudo: `status`
 * @throws LarderError `STATE_NOT_YOURS` when there is nothing but the daemon's journal.
 */
export function checkWhoseJournal(
  command: string,
  { settings, origins }: Pick<LoadedSettings, "settings" | "origins">,
  here: Here = { isRoot: process.getuid?.() === 0, systemDir: systemStateDir() },
): void {
  const { isRoot, systemDir } = here;
  const named = origins["stateDir"] !== undefined;
  if (isRoot || named || settings.stateDir === systemDir || !existsSync(systemDir)) return;
  const next = `sudo larder ${command}`;
  if (hasLines(settings.stateDir)) {
    printError(
      `This looks at your own journal in ${settings.stateDir}. The daemon keeps its own in ${systemDir}: ${next}`,
    );
    return;
  }
  throw new LarderError(`Cannot show the journal of the daemon: it is in "${systemDir}", and you are not root`, {
    code: "STATE_NOT_YOURS",
    state: "nothing was changed; you have no journal of your own",
    next,
  });
}

/** Whether anything was ever collected there; a first try that failed leaves an empty folder. */
function hasLines(stateDir: string): boolean {
  const folder = join(stateDir, "journal", "collector");
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes(".lp"));
}
