/**
 * Metrics as Prometheus means them: families of samples that differ in their labels.
 *
 * @module
 */
import type { Integer } from "../../core/line/line.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: Integer;
}

export interface Family {
  /** Without `_total` and `_info`, which its type adds. */
  readonly name: string;
  /** A counter only grows until it begins again; an `info` is always 1 and speaks through its labels. */
  readonly type: "gauge" | "counter" | "info";
  readonly help: string;
  readonly samples: readonly Sample[];
  /** When a counter began, Unix milliseconds. */
  readonly createdMs?: number;
}

/** Labels of ours that an admin's tag of that name would hide, and those Prometheus adds itself. */
const TAKEN = new Set([
  ...[
    "by",
    "cache_status",
    "destination",
    "family",
    "id",
    "kind",
    "level",
    "os",
    "outcome",
    "peer",
    "registration_status",
  ],
  ...["role", "server", "sink", "source", "startup_status", "stream", "version", "within"],
  ...["instance", "job", "le", "quantile"],
]);

/** The tags of a cache as labels: what no label may be called becomes `_`, and a name that is taken begins with `tag_`. */
export function labelsOf(tags: Readonly<Record<string, string>>): Labels {
  const labels: Record<string, string> = { server: tags["server"] ?? "" };
  for (const key of Object.keys(tags).sort()) {
    if (key === "server") continue;
    let name = key.replaceAll(/[^a-zA-Z0-9_]/g, "_");
    if (/^(\d|__)/.test(name) || TAKEN.has(name)) name = `tag_${name}`;
    while (Object.hasOwn(labels, name)) name += "_";
    labels[name] = tags[key] ?? "";
  }
  return labels;
}
