/**
 * The door of the query languages: pieces of InfluxQL and MetricsQL, escaped, from which boards and reports ask.
 *
 * @module
 */
export { influxName, influxText, tagList } from "./influxql.ts";
export { byTags, metricsMatcher, metricsSelector, metricsText, united } from "./metricsql.ts";
