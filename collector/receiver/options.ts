/**
 * Settings of the receiver: `receive`.
 *
 * @module
 */
import * as z from "zod";
import { checkListen, listenShape } from "../../core/server/options.ts";

export const receiveOptions = z
  .strictObject({
    ...listenShape(8771),
    sitesFile: z
      .string()
      .min(1)
      .optional()
      .describe("table of caches and their tags, by serial number, GUID or host name: sites.csv"),
    unassigned: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/), z.string().max(200))
      .default({ site_code: "unassigned" })
      .describe("tags of a cache that sitesFile does not name"),
  })
  .superRefine(checkListen);

export type ReceiveOptions = z.output<typeof receiveOptions>;
