/**
 * More comes from Apple over the WAN than the budget allows: in a day, in a month, or by the end of the month as it goes.
 *
 * @module
 */
import { cacheRule, NO_DATA, NO_LIMIT, OK, type Verdict } from "./rule.ts";

/** A forecast from the first days of a month says nothing. */
const FORECAST_FROM = 0.2;

function against(budget: number | undefined, bytes: number | undefined, level: "bad" | "warn"): Verdict {
  if (budget === undefined) return NO_LIMIT;
  if (bytes === undefined) return NO_DATA;
  return bytes < budget ? OK : { is: "firing", level, values: { bytes, budget } };
}

export const wanDay = cacheRule("wan-day", ({ today }, { wan }) => against(wan.dayBytes, today?.fromApple, "warn"));

export const wanMonth = cacheRule("wan-month", ({ month }, { wan }) =>
  against(wan.monthBytes, month?.fromApple, "bad"),
);

export const wanForecast = cacheRule("wan-forecast", ({ month: traffic }, { wan, month, nowMs }) => {
  const lengthMs = month.toMs - month.fromMs;
  const saysMs = month.fromMs + FORECAST_FROM * lengthMs;
  if (nowMs < saysMs) return { ...NO_DATA, untilMs: saysMs };
  if (traffic === undefined) return NO_DATA;
  return against(wan.monthBytes, (traffic.fromApple * lengthMs) / (nowMs - month.fromMs), "warn");
});
