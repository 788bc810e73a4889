/**
 * Boards, alert rules and provisioning for Grafana, all built from `core/schema.ts`.
 *
 *     const setting = { ...DEFAULT_SETTING, engine: "victoriametrics", timezone: "Europe/Berlin" };
 *     for (const [path, text] of exportFiles(setting)) await write(path, text);
 *
 * @module
 */
export { type AlertRule, alertRules } from "./alert-rules.ts";
export { boardOf } from "./board-file.ts";
export { boards, boardText } from "./boards.ts";
export { exportFiles } from "./export.ts";
export { type Finding, lint } from "./lint.ts";
export type { Dashboard } from "./plain.ts";
export { type PushOptions, type PushReport, push } from "./push.ts";
export { type Board, checkSetting, DEFAULT_SETTING, ENGINES, type Engine, type Setting } from "./setting.ts";
