/**
 * Jobs of launchd, in the system's domain.
 *
 * @module
 */
import { join } from "node:path";
import type { CommandResult, RunCommand } from "../../../core/cache/cache.ts";
import { LarderError } from "../../../core/errors.ts";
import type { Clock } from "../../../core/time/clock.ts";
import type { Job } from "./jobs.ts";
import type { ServiceManager } from "./world.ts";

const FOLDER = "/Library/LaunchDaemons";
/** `bootout` comes back before it is done; until then `bootstrap` fails: input/output error, already in progress. */
const NOT_YET = [5, 37];
/** A job may take half a minute to end what it has in hand. */
const TRIES = 45;
/** `bootout` of a job that is not loaded: no such process, or could not find the service. */
const NOT_LOADED = [3, 113];

/** @param root the folder that takes the place of the computer; `/` for real */
export function launchd(run: RunCommand, clock: Clock, root: string): ServiceManager {
  const plist = (job: Job): string => join(root, FOLDER, `${job.label}.plist`);
  return {
    words: { stop: "launchctl bootout", start: "launchctl bootstrap" },
    logOf: ({ label }) =>
      `tail -20 /var/log/${label === "org.larder.collect" ? "larder" : label.replace("org.", "").replace(".", "-")}.log`,
    files: (job) => [{ from: `deploy/launchd/${job.label}.plist`, to: plist(job) }],
    stop: async ({ label }) => {
      const answer = await run("launchctl", ["bootout", `system/${label}`]);
      if (answer.exitCode !== 0 && !NOT_LOADED.includes(answer.exitCode ?? -1)) throw refused("stop", label, answer);
    },
    start: async (job) => {
      for (let tries = 1; ; tries++) {
        const answer = await run("launchctl", ["bootstrap", "system", plist(job)]);
        if (answer.exitCode === 0) break;
        if (!NOT_YET.includes(answer.exitCode ?? -1) || tries === TRIES) throw refused("start", job.label, answer);
        await clock.sleep(1000);
      }
      if (!job.stays) return;
      // a job can be registered and not running, although it is to run at load (macOS 26 and 27)
      const answer = await run("launchctl", ["kickstart", `system/${job.label}`]);
      if (answer.exitCode !== 0) throw refused("start", job.label, answer);
    },
    forget: async () => {
      // the receipt too, or the next package believes it is there; without a package there is none
      await run("pkgutil", ["--forget", "org.larder.core"]);
    },
  };
}

function refused(what: string, label: string, { exitCode, stderr, failure }: CommandResult): LarderError {
  const why = failure?.text ?? `launchctl ended with ${exitCode}: ${stderr.trim().split("\n").at(-1) ?? ""}`;
  return new LarderError(`Cannot ${what} "${label}": ${why}`, {
    code: "INSTALL_START",
    state: "files are in place; settings and journal are as they were",
    next: `sudo launchctl print system/${label}`,
  });
}
