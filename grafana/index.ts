/**
 * Boards, alert rules and provisioning for Grafana, all built from `core/schema.ts`.
 *
 *     const setting = { ...DEFAULT_SETTING, engine: "victoriametrics", timezone: "Europe/Berlin" };
 *     for (const [path, text] of exportFiles(setting)) await write(path, text);
 *
 * @module
 */
export { type AlertRule, alertRules } from "./alerts/alerts.ts";
export { boards, boardText } from "./dashboards/dashboards.ts";
export { exportFiles } from "./export.ts";
export { type BrokenRule, boardOf, lint } from "./lint/lint.ts";
export type { Dashboard } from "./look/look.ts";
export { type PushOptions, type PushReport, push } from "./push.ts";
export { type Board, checkSetting, DEFAULT_SETTING, ENGINES, type Engine, type Setting } from "./setting.ts";
