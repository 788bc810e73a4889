/**
 * The measurements and fields a query names, read out of its text.
 *
 * @module
 */

/** A measurement of a query and the fields asked of it. */
export interface NamesIn {
  readonly measurement: string;
  readonly fields: readonly string[];
}

/** What an InfluxQL or MetricsQL query names; empty where it names nothing. */
export function measurementsIn(text: string): NamesIn[] {
  return /^(SELECT|SHOW) /.test(text) ? influxNames(text) : metricNames(text);
}

function influxNames(text: string): NamesIn[] {
  const [, list = ""] = /FROM ("[^"]+"(?:, "[^"]+")*)/.exec(text) ?? [];
  const sources = [...list.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  const selected = /SELECT (?!.*SELECT )(.*?) FROM "/.exec(text)?.[1] ?? "";
  // aliases are ours to choose; what comes before AS, or is alone, is a field
  const fields = [...selected.replaceAll(/AS "[^"]*"/g, "").matchAll(/"([^"]+)"/g)].map(([, field = ""]) => field);
  return sources.map((measurement) => ({ measurement, fields }));
}

/** `{__name__="measurement_field"}` and `{__name__=~"measurement_(field|field)"}`. */
function metricNames(text: string): NamesIn[] {
  return [...text.matchAll(/__name__(=~?)"([^"]+)"/g)].map(([, operator, name = ""]) => {
    if (operator === "=") return split(name);
    const [, measurement = "", list = ""] = /^(.*?)_\((.*)\)$/.exec(name) ?? [];
    return { measurement, fields: list.split("|").map((field) => field.replaceAll("\\\\.", ".")) };
  });
}

/** Fields have no underscore, and measurements only in a roll-up's suffix. */
function split(name: string): NamesIn {
  const [, measurement = "", field = ""] = /^([^_]+(?:_1[hd])?)_(.*)$/.exec(name) ?? [];
  return { measurement, fields: [field] };
}
