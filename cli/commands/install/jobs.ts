/**
 * What larder keeps running on a computer: jobs of launchd on a Mac, of systemd on Linux.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";

export type JobName = "collect" | "precache" | "receive" | "serve";

export interface Job {
  /** The name in launchd; its file is `<label>.plist`. */
  readonly label: string;
  /** What systemd starts: the job, or the timer that starts it. */
  readonly unit: string;
  /** Files of systemd. */
  readonly unitFiles: readonly string[];
  /** Further ones of its kind that an admin started, one for each settings file. */
  readonly instances?: string;
  /** Runs from start to stop; the others run at their hour. */
  readonly stays: boolean;
}

export const JOBS: Readonly<Record<JobName, Job>> = {
  collect: {
    ...daemon("collect"),
    unitFiles: ["larder-collect.service", "larder-collect@.service"],
    instances: "larder-collect@*.service",
  },
  precache: {
    label: "org.larder.precache",
    unit: "larder-precache.timer",
    unitFiles: ["larder-precache.service", "larder-precache.timer"],
    stays: false,
  },
  receive: daemon("receive"),
  serve: daemon("serve"),
};

function daemon(name: string): Job {
  const unit = `larder-${name}.service`;
  return { label: `org.larder.${name}`, unit, unitFiles: [unit], stays: true };
}

export const ALL_JOBS = Object.keys(JOBS) as readonly JobName[];

/** @throws LarderError `USAGE_JOB` */
export function jobNames(words: readonly string[]): JobName[] {
  const unknown = words.find((word) => !(word in JOBS));
  if (unknown === undefined) return ALL_JOBS.filter((name) => words.includes(name));
  throw new LarderError(`Cannot install the job "${unknown}": expected ${ALL_JOBS.join(", ")}`, {
    code: "USAGE_JOB",
  });
}
