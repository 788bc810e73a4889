/**
 * Commands of macOS that say how a Mac and its cache are. None of them changes anything; Apple's locator refreshes what
 * the system knows of caches, which a person who looks for a fault wants.
 *
 * @module
 */
import { ASSET_CACHE_MANAGER } from "../../../core/cache/cache.ts";
import { excerpt } from "../../../core/revealed.ts";
import type { CommandRecord } from "../facts/facts.ts";
import type { Surroundings } from "./surroundings.ts";

interface SystemCommand {
  /** The file of evidence that keeps what it prints. */
  readonly file: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly timeoutMs?: number;
  /** Also what it prints on standard error. */
  readonly complaints?: true;
}

export const COMMANDS: readonly SystemCommand[] = [
  { file: "status.json", program: ASSET_CACHE_MANAGER, args: ["-j", "status"] },
  { file: "settings.json", program: ASSET_CACHE_MANAGER, args: ["-j", "settings"] },
  { file: "locator.json", program: "/usr/bin/AssetCacheLocatorUtil", args: ["-j"], timeoutMs: 60_000 },
  { file: "filevault.txt", program: "/usr/bin/fdesetup", args: ["status"] },
  { file: "power.txt", program: "/usr/bin/pmset", args: ["-g"] },
  { file: "services.txt", program: "/usr/sbin/networksetup", args: ["-listnetworkserviceorder"] },
  { file: "route.txt", program: "/sbin/route", args: ["-n", "get", "default"], complaints: true },
  { file: "mounts.txt", program: "/sbin/mount", args: [] },
  { file: "dns.txt", program: "/usr/sbin/scutil", args: ["--dns"] },
  { file: "proxies.txt", program: "/usr/sbin/scutil", args: ["--proxy"] },
  { file: "sntp.txt", program: "/usr/bin/sntp", args: ["time.apple.com"] },
  { file: "daemon.txt", program: "/bin/launchctl", args: ["print", "system/org.larder.collect"], complaints: true },
  { file: "system.txt", program: "/usr/bin/sw_vers", args: [] },
];

/** Lines that would show the login of a proxy or an account. */
const LOGIN = /^(\s*\w*(?:User|Password)\w*\s*:).*$/gim;

/** What every command printed, by file, and how each ended. */
export async function runCommands({
  run,
}: Surroundings): Promise<{ files: Map<string, string>; records: CommandRecord[] }> {
  const files = new Map<string, string>();
  const records = await Promise.all(
    COMMANDS.map(async ({ file, program, args, timeoutMs = 20_000, complaints }): Promise<CommandRecord> => {
      const { stdout, stderr, exitCode, failure } = await run(program, args, { timeoutMs });
      const printed = complaints === true ? `${stdout}${stderr}` : stdout;
      if (printed.trim() !== "") files.set(file, printed.replaceAll(LOGIN, "$1 (left out)"));
      const complaint = failure?.text ?? (exitCode === 0 ? "" : excerpt(stderr, 500));
      const command = [program.replace(/^.*\//, ""), ...args].join(" ");
      return { file, command, exit: exitCode ?? null, failed: failure?.kind ?? null, complaint };
    }),
  );
  return { files, records };
}
