/** One reading of the status source, from a text in a file, with what it logged. For tests. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../../core/journal/commit.ts";
import type { Log } from "../../core/log.ts";
import { managerStatusSource } from "../sources/cache-status/cache-status.ts";
import { managerStatusOptions } from "../sources/cache-status/options.ts";
import type { SourceContext } from "../sources/source.ts";

export const NO_CURSOR: Json | undefined = undefined;

export interface StatusReading {
  readonly cursor: Json;
  /** Its lines. */
  readonly text: string;
  /** Bytes to clients by where they came from; empty without `bytestoclients`. */
  readonly flows: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

let nowMs = Date.parse("2026-11-20T08:00:00Z");

/** Reads a status five minutes after the last one, with deltas counted from the cursor. */
export async function readStatus(status: string, cursor: Json | undefined): Promise<StatusReading> {
  const folder = mkdtempSync(join(tmpdir(), "larder-status-"));
  try {
    const file = join(folder, "status.txt");
    writeFileSync(file, status);
    nowMs += 300_000;
    // a file of the same millisecond counts as unchanged
    utimesSync(file, new Date(nowMs), new Date(nowMs));
    const warnings: string[] = [];
    const source = managerStatusSource({ ...managerStatusOptions.parse({}), file, bytes: true });
    for await (const batch of source.readAfter(cursor, context(warnings))) {
      const text = String(batch.lines);
      const fields = text.matchAll(/bytes\.(from\w+)\.toclients=(\d+)i/g);
      const flows = Object.fromEntries([...fields].map(([, from = "", bytes]) => [from, Number(bytes)]));
      return { cursor: batch.cursor, text, flows, warnings };
    }
    throw new Error("the source read nothing");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function context(warnings: string[]): SourceContext {
  const write = (): void => undefined;
  const warn: Log["warn"] = (message, facts) => void warnings.push(`${message} ${JSON.stringify(facts)}`);
  return {
    tagText: ",server=c1",
    signal: new AbortController().signal,
    log: { debug: write, info: write, warn, error: write },
    nowMs: () => nowMs,
    reject: () => undefined,
    async *alreadyTaken() {},
  };
}
