#!/usr/bin/env node
/**
 * The only exit of larder: runs the program and ends with the documented code.
 *
 * @module
 */
import { errorCode } from "../core/errors.ts";
import { run } from "./run.ts";

// whoever read our answer, `head` say, may have had enough; what was asked for is done all the same
process.stdout.on("error", (error) => {
  if (errorCode(error) !== "EPIPE") throw error;
});

process.exitCode = await run(process.argv);
