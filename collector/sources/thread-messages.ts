/**
 * What passes between the collector and the thread that reads a back-fill.
 *
 * @module
 */
import type { LarderErrorOptions } from "../../core/errors.ts";
import type { SourceBatch } from "./source.ts";

/** The sources that can be read in a thread of their own. */
export type ThreadedKind = "metrics-sqlite" | "metrics-db";

/** What the thread starts with. */
export interface ThreadTask {
  readonly kind: ThreadedKind;
  readonly path: string;
  readonly tagText: string;
}

/** From the thread. `taken` asks what the journal holds; everything sent before is committed when the answer comes. */
export type FromThread =
  | { readonly type: "batch"; readonly batch: SourceBatch }
  | {
      readonly type: "taken";
      readonly measurements: ReadonlySet<string>;
      readonly fromMs: number;
      readonly toMs: number;
    }
  | { readonly type: "reject"; readonly what: string; readonly reason: string }
  | { readonly type: "warn"; readonly message: string; readonly details: Readonly<Record<string, unknown>> | undefined }
  | { readonly type: "failed"; readonly message: string; readonly options: Omit<LarderErrorOptions, "cause"> }
  | { readonly type: "done" };

/** To the thread. */
export type ToThread = { readonly type: "committed" } | { readonly type: "lines"; readonly lines: readonly string[] };

/** Batches the thread may be ahead of what is committed. */
export const BATCHES_AHEAD = 2;
