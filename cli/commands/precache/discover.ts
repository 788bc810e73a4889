/**
 * What `larder precache discover` does.
 *
 * @module
 */

import { hostPort } from "../../../core/cache/cache.ts";
import { bytesText } from "../../../core/words/amounts.ts";
import type { Discovery, DiscoveryStep, LocatorRecords } from "../../../precache/index.ts";
import { discoverTargets, locatorRecordsOf, rangeText, silentTargets } from "../../../precache/index.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { colour, print, printJson } from "../../output.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";

/** Runs the command. */
export async function precacheDiscover(flags: PrecacheFlags & { dns?: string | true }): Promise<void> {
  const { options } = await loadPrecache(flags);
  const found = await knocked(await discoverTargets(options));
  const named = flags.dns === true ? options.dnsDomain : flags.dns;
  const { domain, records } =
    flags.dns === undefined ? { domain: undefined, records: undefined } : await locatorRecordsOf(named);
  if (flags.json === true)
    printJson(scriptAnswer({ ...found, status: found.status && statusForScripts(found.status), dns: records }));
  else {
    print(discoveryText(found));
    if (flags.dns !== undefined) print(`\n${recordsText(domain, records)}`);
  }
  if (found.targets.length === 0) throw new ExitWith(ExitCode.failed);
}

/** A cache that was named is not searched for; here, where people look whether it is right, it is asked for an answer. */
async function knocked(found: Discovery): Promise<Discovery> {
  if (found.steps[0]?.way !== "by hand") return found;
  const silent = new Set(await silentTargets(found.targets));
  const targets = found.targets.filter((target) => !silent.has(target));
  const steps = found.targets.map((target): DiscoveryStep => {
    const answer = silent.has(target) ? "no answer there" : "it answers";
    const outcome = silent.has(target) ? "passed over" : "chosen";
    return { way: "by hand", asked: "command line or settings", said: `${target.url}: ${answer}`, outcome };
  });
  return { ...found, targets, steps: [...steps, ...found.steps.slice(1)] };
}

const MARKS: Readonly<Record<DiscoveryStep["outcome"], string>> = {
  chosen: "✓",
  "passed over": "✗",
  nothing: "–",
  "not tried": " ",
};

/** Each way with its mark, then the choice. */
export function discoveryText({ steps, targets, status }: Discovery): string {
  const lines = steps.map(({ way, asked, said, outcome }) => {
    const mark = colour(MARKS[outcome], outcome === "chosen" ? "green" : "dim");
    return `${mark} ${way.padEnd(12)}  ${said}\n${" ".repeat(16)}${colour(asked, "dim")}`;
  });
  const chosen =
    targets.length === 0
      ? steps[0]?.way === "by hand"
        ? "No cache answers. See the address and the port in: AssetCacheManagerUtil status"
        : "No cache found. Name one: --cache-server http://host:port"
      : `Cache to warm: ${targets.map(({ name, url }) => `${url} (${name})`).join(", ")}`;
  const room =
    status?.freeBytes === undefined
      ? []
      : [`Room on this computer's cache: ${bytesText(Math.max(0, status.freeBytes))}`];
  const peers = (status?.peers ?? []).flatMap((peer) => hostPort(peer) ?? []);
  const others = peers.length === 0 ? [] : [`Its peers: ${peers.join(", ")}; they hand over what it holds`];
  return [...lines, "", chosen, ...room, ...others].join("\n");
}

/** What a run goes by in the status of this computer's cache. */
function statusForScripts(status: NonNullable<Discovery["status"]>): object {
  const { active, port, usedBytes, freeBytes, limitBytes, peers } = status;
  return { active, port, usedBytes, freeBytes, limitBytes, peers: peers.flatMap((peer) => hostPort(peer) ?? []) };
}

/** What the TXT records are, and what they are not. */
function recordsText(domain: string | undefined, records: LocatorRecords | undefined): string {
  if (domain === undefined || records === undefined)
    return "DNS: this computer has no search domain; name one: --dns example.org";
  if (records.names.length === 0)
    return `DNS: _aaplcache._tcp.${domain} holds no record, so Apple's locator goes by the public address alone.`;
  return [
    `DNS: ${records.names.join(", ")}`,
    `  public addresses of the site   ${records.publicRanges.map(rangeText).join(", ") || "none"}`,
    `  favored caches                 ${records.favoredRanges.map(rangeText).join(", ") || "none"}`,
    "  These are address ranges that tune Apple's locator; they name no cache and no port.",
    ...records.warnings.map((warning) => `  warning: ${warning}`),
  ].join("\n");
}
