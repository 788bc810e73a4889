/**
 * Not registered with Apple: refused, or under way for long. Apple sends no clients, and a refused cache deletes all it holds.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

/** Words that say that Apple's own service failed: HTTP 5xx. */
const APPLES_TROUBLE = /\b5\d\d\b|SERVER_ERROR|SERVICE_UNAVAILABLE/i;

export const unregistered = cacheRule("unregistered", (cache, circumstances) => {
  const status = freshStatus(cache, circumstances);
  if (status?.registered === undefined || status.activated === false) return NO_DATA;
  const level = levelOf(circumstances.limits.registered, status.registered);
  if (level === "fine") return OK;
  const word = status.registrationError ?? "";
  const values = { word, registered: status.registered, apple: APPLES_TROUBLE.test(word) ? 1 : 0 };
  if (level === "trouble") return { is: "firing", level: "bad", values };
  return { is: "firing", level: "warn", values };
});
