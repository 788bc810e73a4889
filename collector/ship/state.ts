/**
 * What is known of a sink beside how far it has come: `stateDir/ship/<sink>.state`. For `larder status`, and for a server
 * that may forget what it acknowledged. No promise rests on it: a file that is gone or not ours means nothing is known.
 *
 * @module
 */
import { join } from "node:path";
import * as z from "zod";
import { realDisk } from "../../core/disk.ts";
import { makeFolder, readIfThere, writeAtomically } from "../../core/files.ts";
import { positionsSchema, type SinkFiles } from "./cursor.ts";

const whole = z.number().int().nonnegative();

const stateSchema = z.object({
  v: z.literal(1),
  /** When it was last written, Unix milliseconds. */
  atMs: whole,
  state: z.enum(["ok", "later", "stopped"]),
  /** Why it is not ok. */
  problem: z.object({ code: z.string(), message: z.string(), next: z.string().nullable() }).nullable(),
  /** Lines ever settled that are older than the server keeps. */
  expiredLines: whole,
  server: z
    .object({
      identity: z.string(),
      settled: positionsSchema,
      notes: z
        .array(z.object({ steadyMs: whole.optional(), positions: positionsSchema }))
        .readonly()
        .default([]),
    })
    .nullable(),
});

export type ShipState = Readonly<z.output<typeof stateSchema>>;

/** What was last known of a sink; undefined when nothing is. */
export async function loadShipState(stateDir: string, sink: string): Promise<ShipState | undefined> {
  const bytes = await readIfThere(statePath(stateDir, sink)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  try {
    return stateSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
}

export async function saveShipState({ stateDir, sink, disk = realDisk }: SinkFiles, state: ShipState): Promise<void> {
  await makeFolder(join(stateDir, "ship"));
  await writeAtomically(statePath(stateDir, sink), `${JSON.stringify(state)}\n`, { disk });
}

function statePath(stateDir: string, sink: string): string {
  return join(stateDir, "ship", `${sink}.state`);
}
