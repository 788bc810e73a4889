/**
 * statsData (macOS Server): a metric's name ▶ our measurement and field.
 *
 * Apple's dotted names are our field names; the measurement follows from the prefix. A name Apple has not used yet finds
 * its place by the same prefixes. Source of the 21 names: macOS Server 5.2.
 *
 * @module
 */

/** Where a number goes. */
export interface Place {
  readonly measurement: string;
  readonly field: string;
}

/** The first pattern that fits a name decides its measurement. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^bytes\.from[a-z0-9]+\.to[a-z0-9]+$/, "bytestoclients"],
  [/^bytes\.dropped(\.[a-z0-9]+)*$/, "bytesdropped"],
  [/^bytes\.imported(\.[a-z0-9]+)+$/, "bytesimported"],
  [/^bytes\.purged(\.[a-z0-9]+)+$/, "bytespurged"],
  [/^imports(\.[a-z0-9]+)+$/, "imports"],
  [/^replies(\.[a-z0-9]+)+$/, "replies"],
  [/^requests(\.[a-z0-9]+)+$/, "requests"],
];

/** The place of a metric, or undefined for a name that fits none of our measurements. */
export function statsDataPlace(metricName: string): Place | undefined {
  if (metricName.length > 100) return undefined;
  const measurement = PLACES.find(([pattern]) => pattern.test(metricName))?.[1];
  return measurement === undefined ? undefined : { measurement, field: metricName };
}
