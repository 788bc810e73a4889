/**
 * What installing acts on: one computer, or a folder in its place.
 *
 * @module
 */
import type { RunCommand } from "../../../core/cache/cache.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import type { Clock } from "../../../core/time/clock.ts";
import type { Job } from "./jobs.ts";
import type { InstallPlaces } from "./places.ts";

export interface World {
  readonly places: InstallPlaces;
  readonly isRoot: boolean;
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly services: ServiceManager;
  /** False for a folder in its place: files are placed, nothing is started or stopped. */
  readonly starts: boolean;
  readonly say: (text: string) => void;
  /** Says what it would do, and does nothing. */
  readonly dryRun: boolean;
}

/** launchd or systemd. */
export interface ServiceManager {
  /** Where to read what a job has to say. */
  logOf(job: Job): string;
  /** Files of a job: where they are in the program, and where they have to be. */
  files(job: Job): readonly { readonly from: string; readonly to: string }[];
  /** What a person would type to stop and to start a job. */
  readonly words: { readonly stop: string; readonly start: string };
  /** Stops a job; one that is not loaded is fine. */
  stop(job: Job): Promise<void>;
  /** Loads and starts a job. @throws LarderError `INSTALL_START` */
  start(job: Job): Promise<void>;
  /** After the files of jobs are gone. */
  forget(): Promise<void>;
}

/**
 * One step: said, and done unless this is a dry run.
 * @throws LarderError `INSTALL_STEP` when it cannot be done; errors of larder pass as they are
 */
export async function step(world: World, text: string, act: () => void | Promise<void>): Promise<void> {
  world.say(world.dryRun ? `would ${text}` : text);
  if (world.dryRun) return;
  try {
    await act();
  } catch (error) {
    if (error instanceof LarderError) throw error;
    throw new LarderError(`Cannot ${text}: ${errorText(error)}`, {
      code: "INSTALL_STEP",
      state: "the steps above are done; settings and journal are as they were",
      next: "mend that and run the same command again: it takes up where it is",
      cause: error,
    });
  }
}
