/**
 * `larder doctor`.
 *
 * @module
 */
import type { Command } from "commander";
import { withSettings } from "../../settings-flags.ts";
import type { DoctorFlags } from "./run.ts";

/** Adds the command. */
export function registerDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Walk the whole way from Apple to the boards, and say what is wrong, why it matters and what to do.")
    .option("--from <place>", "diagnose what was gathered elsewhere: a folder or a zip")
    .option("--collect [file]", "gather only: a zip to send to a colleague, without secrets")
    .option("--self-test", "on a Mac: try out what only a Mac can show; a report to send back")
    .option("--client", "why does this Mac not use its cache? (default on a Mac that is not a cache)")
    .addHelpText(
      "after",
      "\nChanges nothing. Best with sudo: Apple's database is readable for root only.\nExit code: 0 all is well, 3 something to look at, 1 something is broken.",
    );
  withSettings(command).action(async (flags: DoctorFlags) => {
    const { doctor } = await import("./run.ts");
    await doctor(flags);
  });
}
