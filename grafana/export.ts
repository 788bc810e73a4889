/**
 * The files a Grafana server provisions itself from.
 *
 * @module
 */
import { boards, boardText } from "./dashboards/dashboards.ts";
import type { Installation } from "./installation.ts";
import { alertingText, contactPointsText, dataSourcesText, providerText } from "./provisioning.ts";

/** Paths below the folder Grafana is pointed at, and their text. */
export function exportFiles(installation: Installation): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, dashboard] of Object.entries(boards(installation))) {
    files.set(`dashboards/${name}.json`, boardText(dashboard));
  }
  files.set("provisioning/datasources/larder.yaml", dataSourcesText(installation));
  files.set("provisioning/dashboards/larder.yaml", providerText(installation));
  files.set("provisioning/alerting/larder.yaml", alertingText(installation));
  // a name Grafana does not read: receivers are the admin's to choose
  files.set("provisioning/alerting/contact-points.yaml.example", contactPointsText());
  return files;
}
