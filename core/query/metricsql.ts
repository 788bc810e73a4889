/**
 * Pieces of MetricsQL, VictoriaMetrics' language. A metric is `<measurement>_<field>`, dots kept.
 *
 * @module
 */

/** A text in quotes. */
export function metricsText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

/** `tag="value"`; an empty value is a series without the tag. */
export function metricsMatcher(tag: string, value: string): string {
  return `${labelName(tag)}=${metricsText(value)}`;
}

/**
 * The series of some fields of a measurement: `{__name__=~"measurement_(a|b)",region="North"}`.
 * @param matchers further conditions, joined by commas; "" for none
 */
export function metricsSelector(
  { measurement, fields }: { readonly measurement: string; readonly fields: readonly string[] },
  matchers: string,
): string {
  const escaped = fields.map((field) => field.replaceAll(".", "\\\\."));
  const name =
    fields.length === 1
      ? `__name__="${measurement}_${fields[0]}"`
      : `__name__=~"${measurement}_(${escaped.join("|")})"`;
  return `{${name}${matchers === "" ? "" : `,${matchers}`}}`;
}

/** ` by (a, b)`, or nothing where nothing is grouped. */
export function byTags(tags: readonly string[]): string {
  return tags.length === 0 ? "" : ` by (${tags.map(labelName).join(", ")})`;
}

/**
 * A sum of terms where any may be missing. `union` keeps them apart by the label `part`; what is subtracted is in
 * it with its sign, so a group without it keeps its value.
 * @param by as `byTags` writes it
 */
export function united(parts: readonly string[], by: string): string {
  if (parts.length === 1) return parts[0] ?? "";
  const labelled = parts.map((part, i) => `label_set(${part}, "part", "${i}")`);
  return `sum${by} (union(${labelled.join(", ")}))`;
}

/** A tag's name, whose dots and dashes would otherwise be read as signs. */
function labelName(tag: string): string {
  return tag.replaceAll(/[^A-Za-z0-9_:]/g, "\\$&");
}
