/**
 * What `larder serve` does: answers with the live page, `/metrics` and `/healthz` until it is stopped.
 *
 * @module
 */
import { once } from "node:events";
import type { Layer } from "../../../core/config/config.ts";
import { type KeyFlag, layerOfKeyFlags, wholeNumber } from "../../flag-layer.ts";
import { loadSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { parseLogLevel } from "../../log-level.ts";
import { print, printJsonLine } from "../../output.ts";
import { startServing } from "../../serving/serving.ts";
import { followSignals } from "../../signals.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import type { ServeFlags } from "./register.ts";

export { startServing };

/** Runs the command. */
export async function serve(flags: ServeFlags): Promise<void> {
  const loaded = await loadSettings(flags, { layers: [layerOf(flags)] });
  checkWhoseJournal("serve", loaded);
  const log = await openLog(parseLogLevel(flags.logLevel));
  const signals = followSignals();
  try {
    const serving = await startServing(loaded.settings, log);
    if (flags.json === true) printJsonLine({ url: serving.url });
    else print(`The live page is at ${serving.url}; Ctrl-C ends it.`);
    if (!signals.stop.aborted) await once(signals.stop, "abort");
    await serving.close();
  } finally {
    signals.release();
  }
}

function layerOf({ port, host, tokenFile, language }: ServeFlags): Layer {
  const keys: readonly KeyFlag[] = [
    { key: "serve.port", flag: "--port", value: wholeNumber(port) },
    { key: "serve.host", flag: "--host", value: host },
    { key: "serve.tokenFile", flag: "--token-file", value: tokenFile },
    { key: "report.language", flag: "--language", value: language },
  ];
  return layerOfKeyFlags(keys);
}
