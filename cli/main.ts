#!/usr/bin/env node
/**
 * The only exit of larder: runs the program and ends with the documented code.
 *
 * @module
 */
import { errorCode, errorText, explainError, LarderError } from "../core/errors.ts";
import { ExitCode } from "./exit.ts";
import { printError } from "./output.ts";
import { failForScripts, run } from "./run.ts";

// the reader of our output, `head` say, may have stopped; what was asked for is done all the same
process.stdout.on("error", (error) => {
  if (errorCode(error) === "EPIPE") return;
  const why = new LarderError(`Cannot print the answer: ${errorText(error)}`, {
    code: "OUTPUT_FAILED",
    state: "what was asked for may be done; its answer is lost",
    next: "make room where standard output goes, and ask again",
    cause: error,
  });
  printError(explainError(why));
  process.exit(ExitCode.failed);
});

// a bug of ours: one message and a documented code, and what was committed stays
process.on("uncaughtException", (error) => {
  printError(explainError(error));
  failForScripts(process.argv, error);
  process.exit(ExitCode.failed);
});

process.exitCode = await run(process.argv);
