/**
 * The question of an alert rule in InfluxQL. `$timeFilter` is left to Grafana.
 *
 * InfluxQL cannot count with flags, and Grafana's alerting takes numbers only: what is wrong is counted, and 0 is added for
 * every cache, so that those that are well answer too.
 *
 * @module
 */
import { type AlertQuestion, DAYS, type Flag, labelsOf } from "./question.ts";

/** @param timeZone where days begin */
export function influxQuestion(question: AlertQuestion, timeZone: string): string {
  const by = labelsOf(question).map(quoted).join(", ");
  const from = (measurement: string, what: string, { where, group = by }: { where?: string; group?: string } = {}) =>
    `SELECT ${what} FROM ${quoted(measurement)} WHERE ${where === undefined ? "" : `${where} AND `}$timeFilter GROUP BY ${group}`;
  switch (question.kind) {
    case "last": {
      const { measurement, field, unless } = question;
      if (unless === undefined) return from(measurement, `last(${quoted(field)}) AS "value"`);
      const both = from(measurement, `last(${quoted(field)}) AS "value", ${lastFlag(unless, "unless")}`);
      return `SELECT last("value") AS "value" FROM (${both}) WHERE "unless" = ${!unless.is} GROUP BY ${by}`;
    }
    case "flags": {
      const { measurement, wrong, unless } = question;
      const asked = [
        ...wrong.map((flag, i) => lastFlag(flag, `flag${i}`)),
        ...(unless ? [lastFlag(unless, "unless")] : []),
      ];
      const flags = from(measurement, asked.join(", "));
      const isWrong = wrong.map(({ is }, i) => `"flag${i}" = ${is}`).join(" OR ");
      const counts = wrong.map((_, i) => `(SELECT count("flag${i}") * 0 AS "value" FROM (${flags}) GROUP BY ${by})`);
      const also = unless === undefined ? "" : ` AND "unless" = ${!unless.is}`;
      const found = wrong.map(
        (_, i) => `(SELECT count("flag${i}") AS "value" FROM (${flags}) WHERE (${isWrong})${also} GROUP BY ${by})`,
      );
      return `SELECT max("value") AS "value" FROM ${[...found, ...counts].join(", ")} GROUP BY ${by}`;
    }
    case "newest-run": {
      const sums = from(question.measurement, `sum(${quoted(question.field)}) AS "value"`, {
        group: `time(1s), ${by} fill(none)`,
      });
      return `SELECT last("value") AS "value" FROM (${sums}) WHERE $timeFilter GROUP BY ${by}`;
    }
    case "heard": {
      const { measurement, fields, end } = question;
      const counts = fields.map((field) => `count(${quoted(field)})`).join(" + ");
      const each = from(measurement, `${counts} AS "n"`, { group: `time(${end.each}), ${by} fill(0)` });
      const moving = `SELECT moving_average("n", ${end.count}) * ${end.count} AS "n" FROM (${each}) WHERE $timeFilter GROUP BY ${by}`;
      return `SELECT last("n") AS "value" FROM (${moving}) WHERE $timeFilter GROUP BY ${by}`;
    }
    case "events":
      return from("events", `count("title") AS "value"`, { where: `"event" =~ /^(${question.among})$/` });
    case "newest-event": {
      const newest = from("events", `last("title") AS "title", "event" AS "kind"`, {
        where: `"event" =~ /^(${question.among})$/`,
      });
      return `SELECT count("title") AS "value" FROM (${newest}) WHERE "kind" = '${question.event}' GROUP BY ${by}`;
    }
    case "today":
      return `${from(question.measurement, `sum(${quoted(question.field)}) AS "value"`, {
        group: `time(1d), ${by} fill(0)`,
      })} tz('${timeZone}')`;
    case "busy-day": {
      const local = quoted(DAYS.local);
      const all = `${local} + ${quoted(DAYS.origin)}`;
      const sums = from(
        DAYS.measurement,
        [DAYS.local, DAYS.origin].map((each) => `sum("${each}") AS "${each}"`).join(", "),
      );
      const value = question.as === "bytes" ? local : `${local} / (${all})`;
      return `SELECT ${value} AS "value" FROM (${sums}) WHERE ${all} >= ${question.busyBytes} GROUP BY ${by}`;
    }
    case "verdict":
      return from("alerts", `last("firing") AS "value"`, { where: `"rule" = '${question.rule}'` });
  }
}

function lastFlag({ field }: Flag, name: string): string {
  return `last(${quoted(field)}) AS "${name}"`;
}

function quoted(name: string): string {
  return `"${name}"`;
}
