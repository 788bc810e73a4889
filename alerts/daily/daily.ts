/**
 * The door of the daily report: what a day brought, for people who do not look at boards.
 *
 * @module
 */
export {
  type DailySetup,
  type DrawDay,
  dailyMessage,
  dailyNotice,
  dueDaily,
} from "./daily-notice.ts";
export type { DayPicture } from "./day-message.ts";
export { type DayAsked, type DayReport, readDay } from "./day-report.ts";
export { dayBefore } from "./due.ts";
