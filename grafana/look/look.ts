/**
 * The house look: boards, panels, variables and links; the door.
 *
 * @module
 */
export { annotation, board } from "./board.ts";
export { COLOURS, thresholdSteps } from "./colours.ts";
export type { Dashboard, Panel, Row, ValueMapping, Variable } from "./grafana-types.ts";
export { linkTo } from "./links.ts";
export {
  coloured,
  column,
  judged,
  limited,
  NOT_NEGATIVE,
  type Override,
  SOURCE_COLOURS,
  sorted,
  UNITS,
  YES_NO,
} from "./overrides.ts";
export {
  alertList,
  barGauge,
  bars,
  overTime,
  type PanelSpec,
  stat,
  type TimeSpec,
  table,
  type Unplaced,
  words,
} from "./panels.ts";
export {
  askCaches,
  askSites,
  BY_CACHE,
  BY_SITE,
  dataSourceUid,
  priceVariable,
  selection,
  timezoneVariable,
} from "./variables.ts";
