/**
 * `larder precache` without one of our words: precache.py's command line, or nothing.
 *
 * @module
 */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { LarderError } from "../../../core/errors.ts";
import { convert } from "../../../precache/index.ts";
import { print, printError } from "../../output.ts";
import type { PrecacheFlags } from "./flags.ts";
import { precacheList } from "./list.ts";
import { precacheRun } from "./run.ts";

/** Runs it. Without words precache.py ran from its configuration; so do we where that lies in this folder. */
export async function precacheLegacy(command: Command): Promise<void> {
  const words = command.args;
  const [own, ...examples] = convert.CONFIGURATION_NAMES.filter((name) => existsSync(name));
  // the example is for a run without words only, as precache.py does it: it names an inventory that does not exist
  const configuration = own === convert.CONFIGURATION_NAMES[0] ? own : undefined;
  if (words.length === 0) {
    const file = configuration ?? own ?? examples[0];
    if (file === undefined) return command.help();
    printError(`running from ${file}`);
    return await precacheRun({ precacheConfig: file });
  }
  if (!convert.isPrecachePyCommandLine(words)) {
    throw new LarderError(`Cannot do "${words[0] ?? ""}": there is no such command`, {
      code: "USAGE",
      next: "larder precache --help lists its commands",
    });
  }
  const request = convert.fromPrecachePyArguments(convert.parsePrecachePyArguments(words));
  for (const { word, said } of request.notes) printError(`${word}: ${said}`);
  await act(request, command, configuration);
}

async function act(
  request: convert.PrecachePyRequest,
  command: Command,
  configuration: string | undefined,
): Promise<void> {
  const flags: PrecacheFlags = {
    dryRun: request.dryRun,
    ...(request.debug ? { logLevel: "debug" } : {}),
    ...(configuration === undefined ? {} : { precacheConfig: configuration }),
  };
  if (request.action === "help") return command.help();
  if (request.action === "version") return print(command.parent?.version() ?? "");
  if (request.action === "run") return await precacheRun(flags, request.options);
  const { filterGroups } = request;
  await precacheList({ ...flags, ...(filterGroups.length === 0 ? {} : { group: filterGroups }) });
}
