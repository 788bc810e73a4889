/**
 * Boards, alert rules and provisioning for Grafana, all built from `core/schema.ts`.
 *
 *     const installation = { ...DEFAULT_INSTALLATION, engine: "victoriametrics", timezone: "Europe/Berlin" };
 *     for (const [path, text] of exportFiles(installation)) await write(path, text);
 *
 * @module
 */
export { type AlertRule, alertRules } from "./alerts/alerts.ts";
export { boards, boardText } from "./dashboards/dashboards.ts";
export { exportFiles } from "./export.ts";
export {
  type Board,
  checkInstallation,
  DEFAULT_INSTALLATION,
  ENGINES,
  type Engine,
  type Installation,
} from "./installation.ts";
export { type BrokenRule, boardOf, lint } from "./lint/lint.ts";
export type { Dashboard } from "./look/look.ts";
export { type PushOptions, type PushReport, push } from "./push.ts";
