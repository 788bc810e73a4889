/**
 * `larder precache …`.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { withFiles } from "../../settings-flags.ts";
import type { PrecacheFlags } from "./flags.ts";
import type { WhyFlags } from "./why.ts";

const FIRST_RUN = `
First run:
  larder precache discover                    which cache, and why
  larder precache plan --model iPad6,8        what would be fetched, and why
  larder precache run --model iPad6,8 -n      the same, as a dry run
  larder precache run --model iPad6,8         fetch it through the cache
  larder precache report                      what it cost and what it saved

Say what you want on the command line, or under "precache" in the settings.
The flags of precache.py work here too:
  larder precache -m iPad6,8 -cs http://10.0.0.2:49152`;

const EXIT_CODES = `
Ctrl-C once finishes the files in hand, twice leaves them.
Exit code: 0 everything that fits is in the cache; 3 part of it failed or is
left for another run, or all of it, or the run came too late; 1 nothing could be
done; 75 another run is on; 78 the settings are wrong.`;

/** Fills the group. */
export function registerPrecache(group: Command): void {
  group
    .addHelpText("after", FIRST_RUN)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_flags: unknown, command: Command) => {
      const { precacheLegacy } = await import("./legacy.ts");
      await precacheLegacy(command);
    });
  registerDiscover(group);
  registerPlan(group);
  registerRun(group);
  registerList(group);
  registerReport(group);
  registerConvert(group);
  registerBench(group);
  registerWhy(group);
}

function registerWhy(group: Command): void {
  group
    .command("why")
    .description("On a client Mac: whether its system updates came from a content cache, from its log.")
    .option("--last <time>", "how far back: 30m, 24h, 7d", "24h")
    .option("--file <file>", "what `log show --info --style ndjson` printed, instead of running it")
    .option("--json", "one JSON answer")
    .action(async (flags: WhyFlags) => {
      const { precacheWhy } = await import("./why.ts");
      await precacheWhy(flags);
    });
}

function registerDiscover(group: Command): void {
  withPrecacheSettings(group.command("discover"))
    .description("Find the cache to warm; show what was tried, and why it was chosen.")
    .option("--cache-server <url...>", "look at this cache instead, http://host:port")
    .option("--dns [domain]", "also explain the _aaplcache._tcp records of a domain")
    .action(async (flags: PrecacheFlags & { dns?: string | true }) => {
      const { precacheDiscover } = await import("./discover.ts");
      await precacheDiscover(flags);
    });
}

function registerPlan(group: Command): void {
  withPrecacheSettings(withLimits(withWants(group.command("plan"))))
    .description("Print what would be fetched, for how many devices, and why; fetch nothing.")
    .option("--all", "also list what is left for another time, and why")
    .option("--csv", "print CSV")
    .action(async (flags: PrecacheFlags) => {
      const { precachePlan } = await import("./plan.ts");
      await precachePlan(flags);
    });
}

function registerRun(group: Command): void {
  withPrecacheSettings(withRunning(withLimits(withWants(group.command("run")))))
    .description("Fetch the plan through the cache.")
    .addHelpText("after", EXIT_CODES)
    .action(async (flags: PrecacheFlags) => {
      const { precacheRun } = await import("./run.ts");
      await precacheRun(flags);
    });
}

function withRunning(command: Command): Command {
  return command
    .optionsGroup("How and when:")
    .option("-n, --dry-run", "print the plan and fetch nothing")
    .option("-q, --quiet", "no progress; only the table at the end")
    .option("--concurrency <files>", "files at a time, 1 to 100 (default: 4)")
    .option("--bandwidth <rate>", "fetch no faster than: 40MB/s, 300Mbit/s")
    .option("--until <time>", "end at this time of day: 06:00, or run only in these hours: 22:00-06:00")
    .option("--splay <time>", "wait a random time before starting, up to: 4h; now starts at once")
    .option("--log-level <level>", "debug, info, warn, error or silent", "warn");
}

function registerList(group: Command): void {
  withPrecacheSettings(group.command("list"))
    .description("List what the catalogues offer.")
    .option("-g, --group <groups...>", "only these groups (default: installer, app, firmware)")
    .option("--os <versions...>", "only these versions: 26 takes 26.0 and 26.6.1")
    .option("--newest-only", "only the newest version of each model and product")
    .option("--csv", "print CSV")
    .action(async (flags: PrecacheFlags) => {
      const { precacheList } = await import("./list.ts");
      await precacheList(flags);
    });
}

function registerReport(group: Command): void {
  withPrecacheSettings(group.command("report"))
    .description("What warming cost over the WAN, and what it has saved since.")
    .option("--days <days>", "how far back", "30")
    .action(async (flags: PrecacheFlags & { days: string }) => {
      const { precacheReport } = await import("./report.ts");
      await precacheReport(flags);
    });
}

function registerConvert(group: Command): void {
  group
    .command("convert <plist>")
    .description("Turn a configuration of precache.py into larder's, and show what became of every key.")
    .option("--json", "print the settings only")
    .action(async (plist: string, flags: { json?: boolean }) => {
      const { precacheConvert } = await import("./convert.ts");
      await precacheConvert(plist, flags);
    });
}

function registerBench(group: Command): void {
  const bench = group.command("bench").description("Measure a cache, to tune concurrency and bandwidth for a site.");
  withPrecacheSettings(withWants(bench.command("setup")))
    .description("Write a workload: files of the plan up to a size, portable to other machines.")
    .option("--out <file>", "where to write it", "larder-bench.json")
    .option("--size <size>", "size of all files together, about", "2GB")
    .action(async (flags: PrecacheFlags & { out: string; size: string }) => {
      const { benchSetup } = await import("./bench.ts");
      await benchSetup(flags);
    });
  withPrecacheSettings(bench.command("run"))
    .description("Fetch the workload with rising concurrency and print a table.")
    .option("--workload <file>", "what bench setup wrote", "larder-bench.json")
    .option("--cache-server <url>", "cache to measure (default: the one discover finds)")
    .option("--sweep <numbers>", "concurrencies to try", "1,2,4,8,16,32")
    .option("--iterations <times>", "passes at each concurrency", "3")
    .option("--no-warm-up", "measure the first pass too: the cache then fetches from Apple")
    .action(async (flags: BenchRunFlags) => {
      const { benchRun } = await import("./bench.ts");
      await benchRun(flags);
    });
}

/** Flags of `bench run`. */
export interface BenchRunFlags {
  readonly workload: string;
  readonly cacheServer?: string;
  readonly sweep: string;
  readonly iterations: string;
  readonly warmUp: boolean;
  readonly config?: string;
  readonly stateDir?: string;
  readonly precacheConfig?: string;
  readonly json?: boolean;
}

function withPrecacheSettings(command: Command): Command {
  return withFiles(command.optionsGroup("Settings and output:"))
    .option("--precache-config <plist>", "a configuration of precache.py instead of the settings' precache part")
    .option("--json", "print JSON");
}

function withWants(command: Command): Command {
  return command
    .optionsGroup("What is wanted (instead of what the settings want):")
    .option(
      "-m, --model <models...>",
      "devices: iPad6,8, or iPad for all models, or one with its version, iPad6,8@26.0/23A341",
    )
    .option("-g, --group <groups...>", "whole groups: AppleTV iPad iPhone Mac Watch Vision installer app sucatalog …")
    .option("-a, --apps <names...>", "apps and installers by name")
    .option("-u, --updates <words...>", "Mac updates by product id or a word of the title")
    .option("-i, --ipsw <models...>", "firmware of these models; with -d also kept on disk")
    .option("-d, --destination <folder>", "folder to keep firmware in")
    .option("--urls <file>", "everything in a list of addresses, one a line")
    .option("--plan-file <file>", "everything in a plan, larder's or Preheat's")
    .option("--mdm <kind>", "devices from an inventory: jamf, simplemdm (others: in the settings)")
    .option("--mdm-server <url>", "address of the MDM")
    .option("--mdm-user <name>", "user of the MDM")
    .addOption(new Option("--mdm-password <password>", "visible to all users: better --mdm-password-file").hideHelp())
    .addOption(new Option("--mdm-token <token>", "visible to all users: better --mdm-token-file").hideHelp())
    .option("--mdm-password-file <file>", "file with the password (or set LARDER_MDM_PASSWORD)")
    .option("--mdm-token-file <file>", "file with the token (or set LARDER_MDM_TOKEN)")
    .optionsGroup("Which of it:")
    .option("--os <versions...>", "only these versions: 26 takes 26.0 and 26.6.1")
    .option("--newest-only", "only the newest version of each model and product")
    .option("--betas", "include betas")
    .option("--deltas <rule>", "exact: a device's own delta (default), all, none: full images only")
    .option("--exclude <words...>", "leave out titles with one of these words");
}

function withLimits(command: Command): Command {
  return command
    .optionsGroup("Where to, and how much:")
    .option("--cache-server <url...>", "cache to warm, http://host:port (default: the one discover finds)")
    .option("--budget <size>", "fetch no more than: 200GB")
    .option("--room <size>", "what the cache can take without evicting: 500GB, auto (default) or ignore");
}
