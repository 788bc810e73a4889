/**
 * Options of the log of the cache: `sources.serviceLog`.
 *
 * @module
 */
import * as z from "zod";
import { isTimeZone } from "../../../core/time/local-days.ts";

/** Stands for the moment a command is to begin at. */
export const START = "{start}";

/** Reads what the unified log has kept since a moment. */
export const DEFAULT_LOG_COMMAND: readonly string[] = [
  "/usr/bin/log",
  "show",
  "--style",
  "ndjson",
  "--predicate",
  'subsystem == "com.apple.AssetCache"',
  "--start",
  START,
];

const seconds = z.number().int().min(1).max(86_400);

export const serviceLogOptions = z
  .strictObject({
    enabled: z.boolean().default(false).describe("true reads the log of the cache: who asked for what"),
    command: z
      .array(z.string().min(1).max(4096))
      .min(1)
      .max(64)
      .default([...DEFAULT_LOG_COMMAND])
      .describe(
        "program and arguments that print the log and end; `{start}` is where to begin, as `log show` takes it; no shell",
      ),
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        "file the log is appended to, read instead of running the command, with what was rotated beside it (.bz2 and .gz too): Debug.log of macOS 10.12 and before, or what `log stream --style ndjson` writes",
      ),
    every: seconds.default(120).describe("seconds between two readings"),
    timeout: seconds.max(3600).default(60).describe("seconds the command may take"),
    timezone: z
      .string()
      .refine(isTimeZone, { error: "unknown time zone; use an IANA name such as Europe/Berlin" })
      .optional()
      .describe("IANA time zone of a log whose times have none, as Debug.log's; this computer's by default"),
  })
  .describe("the log of the cache: requests and bytes by device, system and kind of file, and what went wrong");

export type ServiceLogOptions = z.infer<typeof serviceLogOptions>;
