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
  alertList,
  barGauge,
  bars,
  coloured,
  column,
  judged,
  limited,
  NOT_NEGATIVE,
  type Override,
  overTime,
  type PanelSpec,
  SOURCE_COLOURS,
  sorted,
  stat,
  type TimeSpec,
  table,
  UNITS,
  type Unplaced,
  words,
  YES_NO,
} from "./panels.ts";
export { BY_CACHE, BY_SITE, dataSourceUid, priceVariable, selection, timezoneVariable } from "./variables.ts";
