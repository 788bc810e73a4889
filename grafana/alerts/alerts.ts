/**
 * Alert rules that make sense centrally: what no single cache can know of itself, and what somebody has to know.
 *
 * A rule asks for one number for each cache and compares it with the thresholds the panels are coloured by. The rules
 * name no receiver: `provisioning.ts` shows how to add one, and an admin's own policy tree is left alone.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import { type Installation, uidOf } from "../installation.ts";
import { type Fields, fields, SILENT_AFTER, SILENT_PIECES, SILENT_WORDS } from "../query/query.ts";

/** One rule, before Grafana's chain of query, reduction and threshold is put around it. */
export interface AlertRule {
  readonly uid: string;
  /** Also the heading of its section in docs/operations.md. */
  readonly title: string;
  /** What it means and what to do, without any `$`: braces are expanded by Grafana. */
  readonly summary: string;
  readonly description: string;
  readonly severity: "critical" | "warning";
  /** InfluxQL or MetricsQL, with `$timeFilter` left to Grafana. */
  readonly query: string;
  /** How far back it looks. */
  readonly rangeSeconds: number;
  /** What the number has to be for an alert, against the limit. */
  readonly is: ">=" | "<";
  readonly limit: number;
  /** How long it has to be so. */
  readonly forSeconds: number;
  /** The board that shows more. */
  readonly board: "fleet" | "site" | "warming";
  /** The panel of it, by title. */
  readonly panel: string;
  /** What it means when the query returns nothing. */
  readonly noData: "OK" | "NoData" | "Alerting";
  /** Nothing to find is the usual state. */
  readonly mayBeEmpty: boolean;
}

/** When a rule rings. */
type Rings = Pick<AlertRule, "is" | "limit" | "forSeconds">;

const HOUR = 3600;
const DAY = 86_400;
const LABELS = ["server", "site_name", "region"] as const;

/** From a limit of the table of thresholds on, once it has lasted as long as the table says. */
function from(threshold: Threshold, limit = threshold.trouble): Rings {
  if (limit === undefined) {
    throw new LarderError("Cannot build an alert rule: its threshold has no limit from which somebody has to act", {
      code: "GRAFANA_RULE",
    });
  }
  return { is: threshold.below === true ? "<" : ">=", limit, forSeconds: threshold.alertAfterSeconds ?? 0 };
}

/** Every rule in the language of the installation's engine. */
export function alertRules(installation: Installation): AlertRule[] {
  const rule = (name: string, rest: Omit<AlertRule, "uid">): AlertRule => ({ uid: uidOf(installation, name), ...rest });
  const ask = (fn: Measure, of: Fields, rangeSeconds: number, event?: string): string =>
    query(installation, fn, of, rangeSeconds, event);
  return [
    rule("silent", {
      title: "Cache silent",
      summary: `{{ .Labels.server }} ({{ .Labels.site_name }}) has not reported for ${SILENT_WORDS}`,
      description:
        "The collector of this cache wrote before and writes no more: the Mac is off, without network, or larder is stopped on it.",
      severity: "critical",
      query: ask("heard", fields("larder", "up"), 2 * DAY),
      rangeSeconds: 2 * DAY,
      // no report at all
      ...{ is: "<", limit: 1, forSeconds: THRESHOLDS.silentSeconds.alertAfterSeconds },
      board: "fleet",
      panel: "Caches with problems",
      noData: "Alerting",
      mayBeEmpty: false,
    }),
    rule("wiped", {
      title: "Cache wiped",
      summary: "{{ .Labels.server }} ({{ .Labels.site_name }}) has lost what it held",
      description:
        "Everything held was deleted: registration failed, or somebody flushed it. The next days will go over the WAN unless it is warmed.",
      severity: "critical",
      query: ask("count", fields("events", "title"), HOUR, "wiped"),
      rangeSeconds: HOUR,
      ...from(THRESHOLDS.any),
      board: "site",
      panel: "Served by source",
      noData: "OK",
      mayBeEmpty: true,
    }),
    rule("unregistered", {
      title: "Cache unregistered",
      summary: "{{ .Labels.server }} ({{ .Labels.site_name }}) is not registered with Apple",
      description: "Apple does not send devices to this cache. After some time it deletes what it holds.",
      severity: "critical",
      query: ask("last", fields("cachestatus", "registered"), 2 * HOUR),
      rangeSeconds: 2 * HOUR,
      // a registration that stays under way is one that does not come
      ...from(THRESHOLDS.registered, THRESHOLDS.registered.watch),
      board: "fleet",
      panel: "Caches with problems",
      noData: "OK",
      mayBeEmpty: false,
    }),
    rule("pressure", {
      title: "Cache pressure high",
      summary: "{{ .Labels.server }} ({{ .Labels.site_name }}) evicts what is still asked for",
      description: "The disk is too small for what devices ask. Give the cache more room, or warm less.",
      severity: "warning",
      query: ask("last", fields("cachestatus", "pressure"), 2 * HOUR),
      rangeSeconds: 2 * HOUR,
      ...from(THRESHOLDS.pressure),
      board: "site",
      panel: "Cache pressure",
      noData: "OK",
      mayBeEmpty: false,
    }),
    rule("wan", {
      title: "WAN over budget",
      summary:
        '{{ .Labels.server }} ({{ .Labels.site_name }}) fetched {{ index .Values "B" }} bytes from Apple in a day',
      description: "More crossed the WAN for this cache in 24 hours than the budget allows.",
      severity: "warning",
      query: ask("sum", fields("bytestoclients_1h", "bytes.fromorigin.toclients"), DAY),
      rangeSeconds: DAY,
      ...{ is: ">=", limit: installation.wanGbPerDay * 1_000_000_000, forSeconds: 0 },
      board: "site",
      panel: "From Apple",
      noData: "OK",
      mayBeEmpty: false,
    }),
    rule("behind", {
      title: "Behind with sending",
      summary: '{{ .Labels.server }} ({{ .Labels.site_name }}) has {{ index .Values "B" }} bytes still to send',
      description: "The journal of this cache does not get through to a sink. Nothing is lost while it waits.",
      severity: "warning",
      query: ask("last", fields("larder", "backlog"), 2 * HOUR),
      rangeSeconds: 2 * HOUR,
      ...from(THRESHOLDS.backlogBytes),
      board: "site",
      panel: "Waiting to be sent",
      noData: "OK",
      mayBeEmpty: false,
    }),
    rule("warming", {
      title: "Warming failed",
      summary: '{{ .Labels.server }} ({{ .Labels.site_name }}): {{ index .Values "B" }} files of the last run failed',
      description:
        "Files could not be fetched through the cache. The next run tries them again; the log of the run says why.",
      severity: "warning",
      query: ask("last", fields("precacherun", "failed"), 2 * DAY),
      rangeSeconds: 2 * DAY,
      ...from(THRESHOLDS.warmingFailed),
      board: "warming",
      panel: "Failed",
      noData: "OK",
      mayBeEmpty: true,
    }),
  ];
}

/** `heard` is 0 for caches that wrote in the range, but not in the end of it that query/silent.ts names. */
type Measure = "last" | "sum" | "count" | "heard";

function query(
  installation: Installation,
  fn: Measure,
  of: Fields,
  rangeSeconds: number,
  event: string | undefined,
): string {
  const [field, ...more] = of.fields;
  if (field === undefined || more.length > 0) {
    throw new LarderError(`Cannot build an alert rule of "${of.measurement}": it needs exactly one field`, {
      code: "GRAFANA_RULE",
    });
  }
  return installation.engine === "influxdb"
    ? influx(fn, of.measurement, field, event)
    : metrics(fn, of.measurement, field, rangeSeconds, event);
}

/**
 * A silent cache gives no rows, so an alert on its last rows would never fire. `heard` counts rows of every known cache
 * in pieces of time, empty ones too, and adds up those of the end.
 */
function influx(fn: Measure, measurement: string, field: string, event: string | undefined): string {
  const where = event === undefined ? "$timeFilter" : `"event" = '${event}' AND $timeFilter`;
  const tags = LABELS.map((tag) => `"${tag}"`).join(", ");
  if (fn !== "heard")
    return `SELECT ${fn}("${field}") AS "value" FROM "${measurement}" WHERE ${where} GROUP BY ${tags}`;
  const { each, count } = SILENT_PIECES;
  const counted = `SELECT moving_average(count("${field}"), ${count}) * ${count} AS "n" FROM "${measurement}" WHERE ${where} GROUP BY time(${each}), ${tags} fill(0)`;
  return `SELECT last("n") AS "value" FROM (${counted}) WHERE $timeFilter GROUP BY ${tags}`;
}

function metrics(
  fn: Measure,
  measurement: string,
  field: string,
  rangeSeconds: number,
  event: string | undefined,
): string {
  const series = `{__name__="${measurement}_${field}"${event === undefined ? "" : `,event="${event}"`}}`;
  const selector = `${series}[${rangeSeconds}s]`;
  const by = `by (${LABELS.join(", ")})`;
  const text = {
    last: `max ${by} (last_over_time(${selector}))`,
    sum: `sum ${by} (sum_over_time(${selector}))`,
    count: `sum ${by} (count_over_time(${selector}))`,
    // every known cache, with 0 where nothing was heard
    heard: `sum ${by} (union(${part("0", `sum ${by} (count_over_time(${series}[${SILENT_AFTER}]))`)}, ${part("1", `0 * sum ${by} (count_over_time(${selector}))`)}))`,
  };
  return text[fn];
}

function part(name: string, expression: string): string {
  return `label_set(${expression}, "part", "${name}")`;
}
