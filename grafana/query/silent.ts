/**
 * When a cache is silent: its collector wrote in the chosen time, and no more in the end of it.
 *
 * @module
 */
import { THRESHOLDS } from "../../core/thresholds.ts";

const MINUTES = THRESHOLDS.silentSeconds.trouble / 60;

/** The end of the chosen time in which a cache that works has written. */
export const SILENT_AFTER = `${MINUTES}m`;

/** The same for people. */
export const SILENT_WORDS = `${MINUTES} minutes`;

/** A chosen time in pieces of ten minutes: so many are that end and what has begun of the next piece. */
export const SILENT_PIECES = { each: "10m", count: MINUTES / 10 + 1 } as const;
