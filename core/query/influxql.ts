/**
 * Pieces of InfluxQL.
 *
 * @module
 */

/** A name: of a measurement, a field, a tag, a database. */
export function influxName(name: string): string {
  return `"${escaped(name, /["\\]/g)}"`;
}

/** A value to compare with. */
export function influxText(text: string): string {
  return `'${escaped(text, /['\\]/g)}'`;
}

/** Tags to group by. */
export function tagList(tags: readonly string[]): string {
  return tags.map(influxName).join(", ");
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(special, "\\$&").replaceAll("\n", "\\n");
}
