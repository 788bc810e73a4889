/**
 * The door of the mapping: which of our fields each of Apple's figures becomes.
 *
 * @module
 */
export { type PropertyType, REPORT_PROPERTIES, type ReportProperty } from "./metrics-report.ts";
export { type Place, statsDataPlace } from "./stats-data.ts";
export { ZMETRIC_OTHER_COLUMNS, ZMETRIC_PLACES } from "./zmetric.ts";
