/**
 * More comes from Apple over the WAN than the budget allows: in a day, in a month, or by the end of the month as it goes.
 *
 * @module
 */
import { type CacheRule, NO_DATA, NO_LIMIT, OK, type Verdict } from "./rule.ts";

const INHIBITED = ["silent"] as const;
/** A forecast from the first days of a month says nothing. */
const FORECAST_FROM = 0.2;

function against(budget: number | undefined, bytes: number | undefined, level: "bad" | "warn"): Verdict {
  if (budget === undefined) return NO_LIMIT;
  if (bytes === undefined) return NO_DATA;
  return bytes < budget ? OK : { is: "firing", level, values: { bytes, budget } };
}

export const wanDay: CacheRule = {
  id: "wan-day",
  about: "cache",
  thresholds: [],
  clearSeconds: 0,
  inhibitedBy: INHIBITED,
  judge: ({ today }, { wan }) => against(wan.dayBytes, today?.fromApple, "warn"),
};

export const wanMonth: CacheRule = {
  id: "wan-month",
  about: "cache",
  thresholds: [],
  clearSeconds: 0,
  inhibitedBy: INHIBITED,
  judge: ({ month }, { wan }) => against(wan.monthBytes, month?.fromApple, "bad"),
};

export const wanForecast: CacheRule = {
  id: "wan-forecast",
  about: "cache",
  thresholds: [],
  clearSeconds: 0,
  inhibitedBy: [...INHIBITED, "wan-month"],
  judge({ month }, { wan, monthShare }) {
    if (month === undefined || monthShare < FORECAST_FROM) return NO_DATA;
    return against(wan.monthBytes, month.fromApple / monthShare, "warn");
  },
};
