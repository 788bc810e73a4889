/**
 * The text a Prometheus reads: OpenMetrics 1.0, and the older text format 0.0.4 for those that do not ask for it.
 *
 * @module
 */

export type MetricType = "gauge" | "counter" | "info";

/** Metrics of one name. */
export interface Family {
  /** Without the ending `_total` or `_info`; ends with the unit. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit?: "bytes" | "seconds" | "ratio";
  /** What it counts or measures, one sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** By name: a name that Prometheus cannot take is changed, and the first of two equal ones counts. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type Format = "openmetrics" | "text";

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  text: "text/plain; version=0.0.4; charset=utf-8",
};

/** What a scraper that sends this `Accept` header gets. */
export function formatFor(accept: string | undefined): Format {
  return (accept ?? "").includes("application/openmetrics-text") ? "openmetrics" : "text";
}

/** The families as text; those without samples are left out. */
export function exposition(families: readonly Family[], format: Format): string {
  const shown = families.filter(({ samples }) => samples.length > 0);
  const text = shown.map((family) => familyText(family, format)).join("");
  return format === "openmetrics" ? `${text}# EOF\n` : text;
}

const ENDING: Readonly<Record<MetricType, string>> = { gauge: "", counter: "_total", info: "_info" };

function familyText({ name, type, unit, help, samples }: Family, format: Format): string {
  const sampleName = `${name}${ENDING[type]}`;
  const head =
    format === "openmetrics"
      ? [`# TYPE ${name} ${type}`, ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]), helpLine(name, help)]
      : [helpLine(sampleName, help), `# TYPE ${sampleName} ${type === "info" ? "gauge" : type}`];
  const lines = samples.map(({ labels, value }) => `${sampleName}${labelText(labels)} ${value}`);
  return [...head, ...lines, ""].join("\n");
}

function helpLine(name: string, help: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const known = new Map<string, string>();
  for (const [name, value] of Object.entries(labels)) {
    const fit = labelName(name);
    if (!known.has(fit)) known.set(fit, value);
  }
  if (known.size === 0) return "";
  return `{${[...known].map(([name, value]) => `${name}="${labelValue(value)}"`).join(",")}}`;
}

function labelName(name: string): string {
  const fit = name.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/^__+/, "_");
  return /^[a-zA-Z_]/.test(fit) ? fit : `_${fit}`;
}

function labelValue(value: string): string {
  return value
    .replaceAll(/\p{Surrogate}/gu, "\ufffd")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}
