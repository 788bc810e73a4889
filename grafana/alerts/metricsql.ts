/**
 * The question of an alert rule in MetricsQL.
 *
 * @module
 */
import { type AlertQuestion, DAYS, type Flag, labelsOf } from "./question.ts";

export interface AlertRange {
  readonly rangeSeconds: number;
  /** How long before now the range ends. */
  readonly untilSeconds: number;
}

/** @param timeZone where days begin */
export function metricsQuestion(
  question: AlertQuestion,
  { rangeSeconds, untilSeconds }: AlertRange,
  timeZone: string,
): string {
  const by = `by (${labelsOf(question).join(", ")})`;
  const range = `[${rangeSeconds - untilSeconds}s]`;
  const max = (rollup: string, selector: string): string => `max ${by} (${rollup}(${selector}${range}))`;
  const unless = (flag: Flag | undefined, measurement: string): string =>
    flag === undefined
      ? ""
      : ` unless (${max("last_over_time", series(measurement, flag.field))} == ${flag.is ? 1 : 0})`;
  switch (question.kind) {
    case "last": {
      const { measurement, field } = question;
      return `${max("last_over_time", series(measurement, field))}${unless(question.unless, measurement)}`;
    }
    case "flags": {
      const { measurement, wrong } = question;
      const parts = wrong.map(({ field, is }, i) => {
        const value = max("last_over_time", series(measurement, field));
        return part(String(i), is ? value : `1 - ${value}`);
      });
      return `${anyOf(parts, by, "max")}${unless(question.unless, measurement)}`;
    }
    case "newest-run":
      return `sum ${by} (${newest(series(question.measurement, question.field), range, by)})`;
    case "heard": {
      const { measurement, fields, end } = question;
      const selector = `{__name__=~"${measurement}_(${fields.join("|").replaceAll(".", "\\\\.")})"}`;
      // every known cache, with 0 where nothing was heard
      const parts = [
        part("end", `sum ${by} (count_over_time(${selector}[${end.all}]))`),
        part("all", `0 * sum ${by} (count_over_time(${selector}${range}))`),
      ];
      return anyOf(parts, by, "sum");
    }
    case "events":
      return `sum ${by} (count_over_time(${series("events", "title", `event=~"${question.among}"`)}${range}))`;
    case "newest-event": {
      const [own, all] = [`event="${question.event}"`, `event=~"${question.among}"`].map((each) =>
        max("tlast_over_time", series("events", "title", each)),
      );
      return `${own} >= bool ${all}`;
    }
    case "today": {
      const offset = `timezone_offset("${timeZone}")`;
      // up to the midnight to come: nothing is written after now. A range has its end in it, and not its beginning
      const midnight = `ceil((time() + ${offset}) / 86400) * 86400 - ${offset} - 0.001`;
      return `sum ${by} (sum_over_time(${series(question.measurement, question.field)}[1d] @ (${midnight})))`;
    }
    case "busy-day": {
      const [local, origin] = [DAYS.local, DAYS.origin].map(
        (field) => `sum ${by} (sum_over_time(${series(DAYS.measurement, field)}${range}))`,
      );
      const busy = `((${local} + ${origin}) >= ${question.busyBytes})`;
      return question.as === "bytes" ? `${local} if ${busy}` : `${local} / ${busy}`;
    }
    case "verdict":
      return `max ${by} (${newest(series("alerts", "firing", `rule="${question.rule}"`), range, by)})`;
  }
}

/** A series by measurement and field. */
function series(measurement: string, field: string, matcher?: string): string {
  return `{__name__="${measurement}_${field}"${matcher === undefined ? "" : `,${matcher}`}}`;
}

/** Of series that differ in other tags those with the newest value. */
function newest(selector: string, range: string, by: string): string {
  const last = `tlast_over_time(${selector}${range})`;
  return `last_over_time(${selector}${range}) if (${last} >= ${by.replace("by", "on")} group_left() max ${by} (${last}))`;
}

/** Several answers of the same labels as one. */
function anyOf(parts: readonly string[], by: string, as: "max" | "sum"): string {
  return `${as} ${by} (union(${parts.join(", ")}))`;
}

/** `union` takes one of the series that have the same labels: these have a label more. */
function part(name: string, expression: string): string {
  return `label_set(${expression}, "part", "${name}")`;
}
