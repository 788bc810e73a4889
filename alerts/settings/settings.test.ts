import { describe, expect, it } from "vitest";
import { watchOptions } from "../options.ts";
import { RULES } from "../rules/rules.ts";
import type { Alert } from "../state/state.ts";
import { circumstancesFor, policyFor } from "./settings.ts";

const timeZone = "Europe/Berlin";
const at = (text: string) => ({ nowMs: Date.parse(text), timeZone });
const rule = (id: string) => RULES.find((each) => each.id === id) ?? expect.fail(id);

describe("settings of alerts", () => {
  it.each([
    ["2026-11-20T21:30:00+01:00", false],
    ["2026-11-20T22:00:00+01:00", true],
    ["2026-11-21T05:59:00+01:00", true],
    ["2026-11-21T06:00:00+01:00", false],
    // a holiday is quiet all day, by the local date
    ["2026-12-23T12:00:00+01:00", true],
    ["2027-01-06T23:59:00+01:00", true],
    ["2027-01-07T12:00:00+01:00", false],
  ])("quiet hours go over midnight, and holidays are quiet: %s", (text, quiet) => {
    const options = watchOptions.parse({ quietHours: "22:00-06:00", holidays: ["2026-12-23/2027-01-06"] });
    expect(policyFor(options, { ...at(text), alone: true }).quiet).toBe(quiet);
  });

  it("knows when a silent Mac may sleep", () => {
    const options = watchOptions.parse({ workHours: "06:00-18:00", holidays: ["2026-12-24"] });
    const isAtWork = (text: string) => circumstancesFor(options, at(text)).circumstancesOf({}).atWork;
    expect(isAtWork("2026-11-20T12:00:00+01:00")).toBe(true);
    expect(isAtWork("2026-11-20T20:00:00+01:00")).toBe(false);
    expect(isAtWork("2026-12-24T12:00:00+01:00")).toBe(false);
    // the day after a holiday says nothing of a busy day
    expect(circumstancesFor(options, at("2026-12-25T08:00:00+01:00")).circumstancesOf({}).schoolDay).toBe(false);
  });

  it("silences what is named until the silence ends", () => {
    const until = "2026-11-20T12:00:00+01:00";
    const options = watchOptions.parse({ silences: [{ rule: "silent", tags: { region: "North" }, until }] });
    const full: Alert = {
      ...{ rule: "silent", server: "c1", part: "", tags: { region: "North" }, values: {} },
      ...{ phase: "firing", level: "bad", sinceMs: 0, seenMs: 0, reminders: 0 },
    };
    const isSilenced = (text: string, more: object = {}) =>
      policyFor(options, { ...at(text), alone: true }).isSilenced({ ...full, ...more });
    expect(isSilenced("2026-11-20T11:59:00+01:00")).toBe(true);
    expect(isSilenced("2026-11-20T12:00:00+01:00")).toBe(false);
    expect(isSilenced("2026-11-20T11:59:00+01:00", { rule: "off" })).toBe(false);
    expect(isSilenced("2026-11-20T11:59:00+01:00", { tags: {} })).toBe(false);
    expect(() => watchOptions.parse({ silences: [{ rule: "silent" }] })).toThrow();
  });

  it("refuses a daily report to nobody", () => {
    const notifiers = [
      { name: "office", type: "slack", url: "https://hooks.example/x" },
      { name: "page", type: "pagerduty", routingKey: "key" },
    ];
    expect(watchOptions.parse({ notifiers, daily: { to: ["office"] } }).daily).toEqual({
      schedule: "0 7 * * *",
      to: ["office"],
    });
    expect(() => watchOptions.parse({ notifiers, daily: { to: ["ofice"] } })).toThrow(/nothing called \\"ofice/);
    expect(() => watchOptions.parse({ notifiers, daily: { to: ["page"] } })).toThrow(/PagerDuty/);
  });

  it("has other limits for some caches, the rest of a threshold as it was", () => {
    const overrides = [
      { tags: { school_type: "special" }, off: ["hit-ratio"], limits: { pressure: { trouble: 0.95 } } },
    ];
    const { circumstancesOf, isOff } = circumstancesFor(watchOptions.parse({ overrides }), at("2026-11-20T12:00:00Z"));
    expect(circumstancesOf({ school_type: "special" }).limits.pressure).toMatchObject({ watch: 0.5, trouble: 0.95 });
    expect(circumstancesOf({ school_type: "primary" }).limits.pressure.trouble).toBe(0.8);
    expect(isOff(rule("hit-ratio"), { school_type: "special" })).toBe(true);
    expect(isOff(rule("hit-ratio"), {})).toBe(false);
  });
});
