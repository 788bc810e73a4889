/**
 * Families as text, in the two forms that scrapers read: OpenMetrics 1.0 and the older one of Prometheus.
 *
 * @module
 */
import type { Family, Labels, Sample } from "./family.ts";

export type TextForm = "openmetrics" | "prometheus";

export const CONTENT_TYPES: Readonly<Record<TextForm, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
};

/** The form an `Accept` header asks for: OpenMetrics where it is named and no less wanted than plain text. */
export function formOf(accept: string | undefined): TextForm {
  const wanted = (type: string): number =>
    Math.max(0, ...(accept ?? "").split(",").flatMap((range) => (rangeType(range) === type ? [quality(range)] : [])));
  const open = wanted("application/openmetrics-text");
  return open > 0 && open >= wanted("text/plain") ? "openmetrics" : "prometheus";
}

function rangeType(range: string): string {
  return (range.split(";")[0] ?? "").trim().toLowerCase();
}

function quality(range: string): number {
  const [, text] = /;\s*q=([\d.]+)/i.exec(range) ?? [];
  const q = text === undefined ? 1 : Number(text);
  return Number.isFinite(q) ? q : 0;
}

/** All families; those without a sample are left out. */
export function metricsText(families: readonly Family[], form: TextForm): string {
  const text = families.filter(({ samples }) => samples.length > 0).map((family) => familyText(family, form));
  return `${text.join("")}${form === "openmetrics" ? "# EOF\n" : ""}`;
}

const SUFFIXES = { gauge: "", counter: "_total", info: "_info" } as const;
const UNITS = ["bytes", "seconds", "ratio"] as const;

function familyText(family: Family, form: TextForm): string {
  const { name, type, help, samples, createdMs } = family;
  const open = form === "openmetrics";
  const sampleName = `${name}${SUFFIXES[type]}`;
  // the older form knows no family beside the names of its samples, and no info
  const head = open ? name : sampleName;
  const unit = UNITS.find((each) => name.endsWith(`_${each}`));
  const lines = [
    `# HELP ${head} ${escapedHelp(help, open)}`,
    `# TYPE ${head} ${type === "info" && !open ? "gauge" : type}`,
    ...(open && unit !== undefined ? [`# UNIT ${name} ${unit}`] : []),
    ...samples.flatMap((sample) => {
      const line = sampleText(sampleName, sample);
      if (!open || createdMs === undefined) return [line];
      return [line, sampleText(`${name}_created`, { ...sample, value: createdMs / 1000 })];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function sampleText(name: string, { labels, value }: Sample): string {
  return `${name}${labelText(labels)} ${value}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Some parsers end at a control character, whatever is around it; half a surrogate pair has no UTF-8. */
function escapedLabel(value: string): string {
  return value.replaceAll(UNREADABLE, "\ufffd").replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

const UNREADABLE = /[^\P{Cc}\n]|\p{Surrogate}/gu;

function escapedHelp(help: string, open: boolean): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return open ? escaped.replaceAll('"', '\\"') : escaped;
}
