/**
 * What `larder precache why` does: says whether the system updates of this Mac came from a content cache.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import { systemTimeZone } from "../../../core/time/local-days.ts";
import { momentText } from "../../../core/time/moments.ts";
import { countText } from "../../../core/words/amounts.ts";
import { readWhy, type Why, type WhyEvent, whyCommand } from "../../../precache/index.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { print, printJson } from "../../output.ts";

/** What the command line said. */
export interface WhyFlags {
  readonly last: string;
  readonly file?: string;
  readonly json?: boolean;
}

/** `log show` over days takes minutes. */
const TIMEOUT_MS = 600_000;

/** Runs the command. */
export async function precacheWhy({ last, file, json }: WhyFlags): Promise<void> {
  if (!/^\d{1,4}[mhd]$/.test(last)) {
    throw new LarderError(`Cannot look back "${last}": expected a time such as 24h`, {
      code: "USAGE_TIME",
      next: "write 30m, 24h or 7d",
    });
  }
  const command = file === undefined ? whyCommand(last) : ["cat", "--", file];
  const why = await readWhy({ command, timeoutMs: TIMEOUT_MS });
  if (json === true) printJson(scriptAnswer(why));
  else print(whyText(why, last));
}

/** The answer for people. */
export function whyText({ events, caches, verdict }: Why, last: string): string {
  const zone = systemTimeZone();
  const lines = events.map((event) => `${momentText(event.timeMs, zone)}  ${eventText(event)}`);
  const verdicts = {
    cache: `Updates of this Mac came from ${countText(caches.length, "content cache")}: ${caches.join(", ")}.`,
    apple: "Updates were downloaded, and no content cache was used: they came from Apple.",
    nothing: `The log of the last ${last} speaks of no system update. Installing one empties the log.`,
  };
  return [...lines, ...(lines.length > 0 ? [""] : []), verdicts[verdict]].join("\n");
}

function eventText(event: WhyEvent): string {
  if (event.kind === "cache") return `found the cache ${event.cache}`;
  if (event.kind === "downloaded") return "download ended well";
  const by = event.byMdm === true ? ", asked for by MDM" : "";
  const background = event.background === true ? ", in the background" : "";
  return `update ${event.version ?? "(no version said)"} requested${by}${background}`;
}
