/**
 * What the boards ask, in one description for both query languages: the door.
 *
 * @module
 */

export {
  between,
  fromOrigin,
  GIVEN_TO_WARMING,
  givenToWarming,
  greatestOf,
  hitRatio,
  hitRatioCount,
  lastOf,
  lastOfEach,
  lastSeen,
  measured,
  perSecond,
  SOURCES,
  saved,
  savedChange,
  savedMoney,
  served,
  servedByDay,
  servedBySource,
  sumOf,
  totalOf,
  turnedAway,
  useOfLimit,
} from "./figures.ts";
export { influxql, influxWhere } from "./influxql/influxql.ts";
export { metricsMatchers, metricsql } from "./metricsql.ts";
export {
  type CacheCount,
  type Compiled,
  type Condition,
  type Dialect,
  type Fields,
  type Figure,
  fields,
  namesOf,
  type PanelQuestion,
  type Transformation,
} from "./question.ts";
export { SILENT_AFTER, SILENT_PIECES, SILENT_WORDS } from "./silent.ts";
export { NOT_SET, TAG_TITLES } from "./titles.ts";
