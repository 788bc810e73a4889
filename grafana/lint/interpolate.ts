/**
 * Queries as Grafana would send them: drop-downs and built-in variables put in by Grafana's own rules.
 *
 * Used to run every query of every board against real engines without a Grafana. Sources of the rules: Grafana's
 * template service (formats, `All`), the InfluxDB data source (`$timeFilter` and intervals are replaced by its
 * backend, after everything else), and the Prometheus data source (its own escape for label matchers).
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Variable } from "../look/look.ts";
import type { Dialect } from "../query/query.ts";

/** What somebody chose in a board, and for when. */
export interface Choice {
  /** Chosen values by variable; a variable that is missing has the board's own default, All included. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
}

/** `$name`, `[[name]]`, `[[name:format]]`, `${name}`, `${name.field}`, `${name:format}`. */
const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g;

/** What a query is filled in with. */
export interface Interpolation {
  readonly dialect: Dialect;
  readonly variables: readonly Variable[];
  readonly choice: Choice;
}

/**
 * A query with nothing left to replace.
 * @throws LarderError `GRAFANA_VARIABLE` for a variable nobody defines.
 */
export function interpolate(text: string, { dialect, variables, choice }: Interpolation): string {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const replaced = text.replace(VARIABLE, (whole, plain, _old, oldFormat, braced, _path, bracedFormat) => {
    const name: string = plain ?? _old ?? braced;
    const builtIn = BUILT_IN[name]?.(choice, dialect);
    if (builtIn !== undefined) return builtIn;
    const variable = byName.get(name);
    return variable === undefined ? whole : valueText(variable, bracedFormat ?? oldFormat, dialect, choice);
  });
  if (/\$|\[\[/.test(replaced.replaceAll(/\$\/(?=[\s)]|$)/g, "/"))) {
    throw new LarderError(`Cannot interpolate "${text}": "${replaced}" still has a variable in it`, {
      code: "GRAFANA_VARIABLE",
    });
  }
  return replaced;
}

/** The names of all variables a text uses. */
export function variablesIn(text: string): { name: string; format: string | undefined }[] {
  return [...text.matchAll(VARIABLE)].map((match) => ({
    name: match[1] ?? match[2] ?? match[4] ?? "",
    format: match[6] ?? match[3],
  }));
}

/** Those Grafana knows itself. */
const BUILT_IN: Readonly<Record<string, (choice: Choice, dialect: Dialect) => string>> = {
  timeFilter: ({ fromMs, toMs }) => `time >= ${fromMs}ms and time <= ${toMs}ms`,
  __from: ({ fromMs }) => String(fromMs),
  __to: ({ toMs }) => String(toMs),
  __range_ms: ({ fromMs, toMs }) => String(toMs - fromMs),
  __interval: ({ intervalMs }) => intervalText(intervalMs),
  __interval_ms: ({ intervalMs }) => String(intervalMs),
};

export const BUILT_IN_NAMES: ReadonlySet<string> = new Set([...Object.keys(BUILT_IN), "__url_time_range", "__data"]);

function valueText(variable: Variable, format: string | undefined, dialect: Dialect, choice: Choice): string {
  const current = variable.current?.value;
  const values = choice.values[variable.name] ?? (Array.isArray(current) ? current : [String(current ?? "")]);
  if (values.includes("$__all")) {
    // a custom "all" value goes in as it is, whatever the format
    return variable.allValue ?? "";
  }
  const several = variable.multi === true || variable.includeAll === true;
  if (format === "regex") return regexText(values, variable.multi === true);
  if (format === "raw") return values.join(",");
  if (format === "csv") return values.join(",");
  if (format === "pipe") return values.join("|");
  if (format === "singlequote") return values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(",");
  if (format === "queryparam") {
    return values.map((value) => `var-${variable.name}=${encodeURIComponent(value)}`).join("&");
  }
  if (dialect === "metricsql" && several) {
    const escaped = values.map((value) =>
      value.replaceAll("\\", "\\\\\\\\").replaceAll(/[$^*{}[\]'+?.()|]/g, "\\\\$&"),
    );
    return escaped.length === 1 ? (escaped[0] ?? "") : `(${escaped.join("|")})`;
  }
  return several ? regexText(values, variable.multi === true) : values.join(",");
}

function regexText(values: readonly string[], multi: boolean): string {
  const escaped = values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, "\\$&"));
  return multi ? `(${escaped.join("|")})` : (escaped[0] ?? "");
}

/** An interval as Grafana writes it: `30s`, `5m`, `1h`, `1d`. */
export function intervalText(ms: number): string {
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** Below each first number the second is used. */
const STEPS_MS = [
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
] as const;

/** The interval Grafana chooses for a range: `leastMs` is the panel's own least interval. */
export function intervalOf(rangeMs: number, points: number, leastMs: number): number {
  const exact = rangeMs / points;
  const step = STEPS_MS.find(([below]) => exact < below)?.[1] ?? 31_536_000_000;
  return Math.max(step, leastMs);
}
