/**
 * The pictures of a daily report, drawn by the room of reports: alerts know nothing of charts.
 *
 * @module
 */
import type { DayPicture, DrawDay } from "../alerts/index.ts";
import { explainError } from "../core/errors.ts";
import { askJournal } from "../core/history/history.ts";
import type { Log } from "../core/log.ts";
import { nextBucket } from "../core/time/local-days.ts";
import type { Settings } from "./load-settings.ts";

const NAMES: readonly string[] = ["buckets", "sites"];
/** As wide as a mail shows it, so that its letters are as large as they are drawn. */
const SIZE = { width: 568, height: 300 };

/** Draws the hours of a day, and its caches where there are several; where there is no canvas the report goes without. */
export function drawDayOf({ stateDir, report }: Pick<Settings, "stateDir" | "report">, log: Log): DrawDay {
  return async ({ dayMs, timeZone, tags, language }) => {
    // half a second to load, and needed once a day
    const { askReport, periodOf, pictures, wordsOf } = await import("../report/index.ts");
    const { organisation, currency, pricePerGB, lineMbits } = report;
    try {
      const words = wordsOf(language);
      const made = await askReport(askJournal(stateDir), {
        ...{ madeMs: dayMs, timeZone, by: "hour", organisation, logo: undefined, filter: tags, groupBy: "server" },
        period: periodOf({ fromMs: dayMs, toMs: nextBucket(dayMs, "day", timeZone) }, timeZone),
        worth: { currency, pricePerGB, lineMbits },
      });
      const drawn = await pictures(made, words, SIZE);
      return drawn
        .filter(({ name }) => NAMES.includes(name))
        .map((picture): DayPicture => ({ ...picture, title: picture.name }));
    } catch (error) {
      log.warn(explainError(error));
      return [];
    }
  };
}
