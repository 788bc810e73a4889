/**
 * What `larder receive --print-declaration` does.
 *
 * @module
 */
import {
  declarations,
  parseCacheSettings,
  type ReportsWanted,
  reportKeys,
  SECURITY_CONFIGS,
  type SecurityConfig,
} from "../../../collector/index.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import { readTokenFile } from "../../../core/server/server.ts";
import { loadSettings } from "../../load-settings.ts";
import { printError, printJson } from "../../output.ts";
import type { ReceiveFlags } from "./register.ts";

const MAX_SETTINGS_BYTES = 1024 * 1024;

/** Runs it: JSON on standard output, what to know about it on standard error. */
export async function printDeclaration(flags: ReceiveFlags): Promise<void> {
  const wanted = await wantedOf(flags);
  if (flags.keysOnly === true) return printJson(reportKeys(wanted));
  if (flags.settings === undefined)
    throw usage("--settings", "the settings of the cache, which a declaration replaces");
  const settings = parseCacheSettings(await readText(flags.settings), flags.settings);
  if (settings.left.length > 0) {
    printError(
      `warning: not in the declaration, which cannot hold them or must not when empty: ${settings.left.join(", ")}`,
    );
  }
  printJson(declarations(settings, wanted));
}

async function wantedOf(flags: ReceiveFlags): Promise<ReportsWanted> {
  if (flags.target === undefined) throw usage("--target", "where caches reach larder: https://host:8771");
  const security = SECURITY_CONFIGS.find((each) => each === flags.security);
  if (security === undefined) throw usage("--security", SECURITY_CONFIGS.join(", "));
  return {
    target: await targetOf(flags, flags.target),
    interval: Number(flags.interval),
    statusInterval: Number(flags.statusInterval),
    security: security satisfies SecurityConfig,
    certificateUrl: flags.certificateUrl,
  };
}

/** The address with the token in its path, as a cache can send no header; an address with a path of its own stays. */
async function targetOf(flags: ReceiveFlags, target: string): Promise<string> {
  if (!URL.canParse(target) || new URL(target).pathname !== "/") return target;
  const { settings } = await loadSettings(flags);
  const file = flags.tokenFile ?? settings.receive.tokenFile;
  const base = `${target.replace(/\/$/, "")}/metrics`;
  if (file === undefined) return base;
  const tokens = await readTokenFile(file, ({ said }) => printError(`warning: ${said}`));
  const found = flags.tokenName === undefined ? tokens[0] : tokens.find(({ name }) => name === flags.tokenName);
  if (found === undefined) throw usage("--token-name", `one of ${tokens.map(({ name }) => name).join(", ")}`);
  return `${base}/${encodeURIComponent(found.token)}`;
}

async function readText(path: string): Promise<string> {
  try {
    return (await readRegularFile(path, MAX_SETTINGS_BYTES)).bytes.toString("utf8");
  } catch (error) {
    throw new LarderError(`Cannot read the settings of the cache "${path}": ${errorText(error)}`, {
      code: "RECEIVE_SETTINGS",
      state: "nothing was printed",
      next: "on the cache: AssetCacheManagerUtil -j settings 2>/dev/null > settings.json",
      cause: error,
    });
  }
}

function usage(flag: string, expected: string): LarderError {
  return new LarderError(`Cannot print a declaration without the right ${flag}: expected ${expected}`, {
    code: "USAGE",
    state: "nothing was printed",
    next: "larder receive --help shows its flags",
  });
}
