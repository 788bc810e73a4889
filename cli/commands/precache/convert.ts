/**
 * What `larder precache convert` does.
 *
 * @module
 */
import { convert } from "../../../precache/index.ts";
import { colour, print, printJson } from "../../output.ts";
import { readPrecachePy } from "./load.ts";

/** Runs the command. Secrets in the configuration are not printed: the settings name the environment instead. */
export async function precacheConvert(path: string, flags: { readonly json?: boolean }): Promise<void> {
  const { options, notes } = await readPrecachePy(path);
  const precache = convert.withNamedSecrets(options);
  if (flags.json === true) return printJson({ precache });
  print(notesText(notes));
  print("\nPut this into the settings:\n");
  printJson({ precache });
}

/** Each word with its fate. */
function notesText(notes: readonly convert.PrecachePyNote[]): string {
  const marks = { works: colour("✓", "green"), changed: colour("~", "yellow"), gone: colour("✗", "red") } as const;
  return notes.map(({ word, fate, said }) => `${marks[fate]} ${word}\n    ${said}`).join("\n");
}
