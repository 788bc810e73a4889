/**
 * What the boards ask, in one description for both query languages: the door.
 *
 * @module
 */
export { influxql, influxWhere } from "./influxql/influxql.ts";
export { metricsMatchers, metricsql } from "./metricsql.ts";
export {
  between,
  type CacheCount,
  type Compiled,
  type Condition,
  type Dialect,
  type Fields,
  type Figure,
  fields,
  fromOrigin,
  GIVEN_TO_WARMING,
  givenToWarming,
  greatestOf,
  hitRatio,
  hitRatioCount,
  lastOf,
  lastSeen,
  measured,
  namesOf,
  type PanelQuestion,
  perSecond,
  SOURCES,
  saved,
  savedChange,
  savedMoney,
  served,
  servedByDay,
  servedBySource,
  sumOf,
  type Transformation,
  totalOf,
  turnedAway,
  useOfLimit,
} from "./question.ts";
export { SILENT_AFTER, SILENT_PIECES, SILENT_WORDS } from "./silent.ts";
export { NOT_SET, TAG_TITLES } from "./titles.ts";
