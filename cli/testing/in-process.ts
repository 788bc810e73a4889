/**
 * `larder …` in the process of a test: everything but the start of Node.
 *
 * @module
 */
import { Readable } from "node:stream";
import { vi } from "vitest";
import { run } from "../run.ts";
import { rememberSettings } from "../same-settings.ts";

/** The program as it is built before the tests, for those that must kill it. */
export const PROGRAM = new URL("../../dist/larder.js", import.meta.url).pathname;

/** What a run printed, and its exit code: null where a signal ended it. */
export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `larder` with these words, and this text on standard input.
 * @param onOut hears of all that was printed so far, of commands that run until they are stopped
 */
export async function larderInProcess(
  words: readonly string[],
  input = "",
  onOut?: (out: string) => void,
): Promise<Answer> {
  const said = { out: "", err: "" };
  const catchTo = (where: keyof typeof said) => (text: string | Uint8Array) => {
    said[where] += String(text);
    if (where === "out") onOut?.(said.out);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(catchTo("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(catchTo("err")),
    vi.spyOn(process, "stdin", "get").mockReturnValue(Readable.from([Buffer.from(input)]) as typeof process.stdin),
  ];
  try {
    return { code: await run(["node", "larder", ...words]), ...said };
  } finally {
    // the messages of the tests that follow are not about these settings
    rememberSettings([]);
    for (const spy of spies) spy.mockRestore();
  }
}
