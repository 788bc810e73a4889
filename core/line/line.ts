/**
 * Line protocol: write, read, add. It is spelled out here and nowhere else.
 *
 * @module
 */

// write
export { escapeKey, escapeMeasurement, unescaped } from "./escape.ts";
// read
export { FieldTable } from "./field-table.ts";
export { findNamed, forEachLine, hasName, type LineSearch, lineEnd, lineTime, NamedLines } from "./line-bytes.ts";
export type { LineValues } from "./line-values.ts";
export { NumberReader } from "./number-reader.ts";
export { forEachField, type LineValue, type ParsedLine, parseLine, parseTags } from "./parse-line.ts";
export {
  type FieldValue,
  fieldText,
  type Integer,
  integerText,
  isInteger64,
  type Point,
  pointLine,
  tagText,
} from "./point.ts";
export { SeriesKeys } from "./series-keys.ts";
// add
export { addExact, addValue, fromBigInt, subtractExact } from "./sum.ts";
export { measurementEnd, tagPairs, withoutTags } from "./tags.ts";
