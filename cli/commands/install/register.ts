/**
 * `larder install`, `upgrade` and `uninstall`.
 *
 * @module
 */
import type { Command } from "commander";

/** Adds the commands. */
export function registerInstall(program: Command): void {
  const install = program
    .command("install")
    .description("Install this larder and its Node for the whole computer, and start it.")
    .option("--jobs <names>", "collect, precache, receive, serve (default: collect, and those that are installed)");
  withPlacing(install)
    .option("--placed", "a package has placed the files: only what is left to do")
    .action(async (flags: InstallFlags) => await run("install", flags));
  const upgrade = program.command("upgrade").description("Put this larder in the place of the one that is installed.");
  withPlacing(upgrade)
    .option("--downgrade", "also when this one is older")
    .action(async (flags: InstallFlags) => await run("upgrade", flags));
  withRoot(program.command("uninstall").description("Remove larder; what it recorded stays, and its settings."))
    .option("--purge", "also remove the journal, the settings and the logs")
    .action(async (flags: UninstallFlags) => {
      const { runUninstall } = await import("./run.ts");
      await runUninstall(flags);
    });
}

function withRoot(command: Command): Command {
  return command
    .option("--dry-run", "say every step, do none")
    .option("--root <folder>", "work below this folder, and start nothing: a try, or another volume")
    .option("--json", "print JSON");
}

function withPlacing(command: Command): Command {
  return withRoot(command)
    .option("--node <file>", "the Node program to take along (default: the one that runs this)")
    .option("--wait <seconds>", "how long the collector may take for its first pass; 0 does not look", "60");
}

async function run(what: "install" | "upgrade", flags: InstallFlags): Promise<void> {
  const { runInstall } = await import("./run.ts");
  await runInstall(what, flags);
}

export interface UninstallFlags {
  readonly dryRun?: boolean;
  readonly root?: string;
  readonly purge?: boolean;
  readonly json?: boolean;
}

export interface InstallFlags extends UninstallFlags {
  readonly jobs?: string;
  readonly node?: string;
  readonly wait: string;
  readonly placed?: boolean;
  readonly downgrade?: boolean;
}
