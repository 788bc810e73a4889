/**
 * Options of the status source: `sources.managerStatus`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import * as z from "zod";
import { ASSET_CACHE_MANAGER } from "../../../core/cache/cache.ts";

const DEFAULT_STATUS_COMMAND: readonly string[] = [ASSET_CACHE_MANAGER, "-j", "status"];

const seconds = z.number().int().min(1).max(86_400);

export const managerStatusOptions = z
  .strictObject({
    enabled: z.boolean().default(true).describe("false leaves this source out"),
    command: z
      .union([
        z.array(z.string().min(1).max(4096)).min(1).max(64),
        z
          .string()
          .trim()
          .min(1)
          .max(4096)
          .transform((text) => text.split(/\s+/)),
      ])
      .default([...DEFAULT_STATUS_COMMAND])
      .describe("program and arguments that print the status; a list, or words with spaces between; no shell"),
    file: z
      .string()
      .min(1)
      .optional()
      .describe("file that holds the status, read instead of running the command; read again when it has changed"),
    probes: z
      .array(z.string().regex(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):\d{1,5}$/, { error: "expected host:port" }))
      .max(100)
      .default([])
      .describe(
        "ports of caches that are asked at each reading whether they answer, as host:port: what a cache cannot see of itself",
      ),
    every: seconds.default(300).describe("seconds between two readings"),
    timeout: seconds.max(600).default(10).describe("seconds the command may take"),
  })
  .describe("the status of the cache: AssetCacheManagerUtil (10.13 and later) or serveradmin (10.12)");

export type ManagerStatusOptions = z.infer<typeof managerStatusOptions>;

/** Whether the status can be asked for here. */
export function hasStatus({ enabled, file, command }: ManagerStatusOptions): boolean {
  const [program = ""] = DEFAULT_STATUS_COMMAND;
  return enabled && (file !== undefined || command[0] !== program || existsSync(program));
}
