/**
 * How a run ended, for people: a table with a line for each cache, then what failed. Pure.
 *
 * @module
 */
import { bytesText, countText, durationText, rateText } from "../../../core/words/amounts.ts";
import type { AssetEnd, WarmSummary } from "../../../precache/index.ts";
import { table } from "../../table.ts";

const ENDINGS: Readonly<Record<WarmSummary["ended"], string>> = {
  done: "",
  deadline: "Ended by the clock (--until); the next run goes on from here.",
  stopped: "Stopped; the next run goes on from here.",
  dead: "No cache was left to ask.",
};

/** One line for each cache. */
export function summaryTable(summary: WarmSummary): string {
  const rows = table(summary.targets, [
    { title: "cache", value: ({ target }) => target.name, maxWidth: 20 },
    { title: "warmed", value: ({ warmed }) => String(warmed), align: "right" },
    { title: "there", value: ({ cached }) => String(cached), align: "right" },
    { title: "failed", value: ({ failed }) => String(failed), align: "right" },
    { title: "left", value: ({ skipped }) => String(skipped), align: "right" },
    { title: "read", value: ({ bytesAsked }) => bytesText(bytesAsked), align: "right" },
    { title: "over the WAN", value: ({ bytesFromOrigin }) => bytesText(bytesFromOrigin), align: "right" },
  ]);
  const rate =
    summary.seconds >= 1 && summary.bytesAsked > 0 ? `, ${rateText(summary.bytesAsked / summary.seconds)}` : "";
  const ending = ENDINGS[summary.ended];
  return [rows, "", `Took ${durationText(summary.seconds)}${rate}.`, ...(ending === "" ? [] : [ending])].join("\n");
}

/** Each failure with its reason, and each cache that died; empty when there is none. */
export function failuresText(failures: readonly AssetEnd[], summary: WarmSummary | undefined): string {
  const dead = (summary?.targets ?? []).flatMap(({ target, dead: why }) =>
    why === undefined ? [] : [`✗ ${target.name} (${target.url}): ${why}`],
  );
  const files = failures.map(
    ({ item, attempts, reason }) =>
      `✗ ${item.asset.title}: ${reason ?? "unknown"} (${countText(attempts, "try", "tries")})\n  ${item.asset.url}`,
  );
  return [...dead, ...files].join("\n");
}
