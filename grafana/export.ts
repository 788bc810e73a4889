/**
 * The files a Grafana server provisions itself from.
 *
 * @module
 */
import { boards, boardText } from "./dashboards/dashboards.ts";
import { alertingText, contactPointsText, dataSourcesText, providerText } from "./provisioning.ts";
import type { Setting } from "./setting.ts";

/** Paths below the folder Grafana is pointed at, and their text. */
export function exportFiles(setting: Setting): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, dashboard] of Object.entries(boards(setting))) {
    files.set(`dashboards/${name}.json`, boardText(dashboard));
  }
  files.set("provisioning/datasources/larder.yaml", dataSourcesText(setting));
  files.set("provisioning/dashboards/larder.yaml", providerText(setting));
  files.set("provisioning/alerting/larder.yaml", alertingText(setting));
  // a name Grafana does not read: receivers are the admin's to choose
  files.set("provisioning/alerting/contact-points.yaml.example", contactPointsText());
  return files;
}
