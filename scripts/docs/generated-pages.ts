/**
 * Every page that is generated.
 *
 * @module
 */
import { alertRulesPage } from "./generate-alert-rules.ts";
import { commandsPage } from "./generate-commands.ts";
import { findingsPage } from "./generate-findings.ts";
import { jamfPage } from "./generate-jamf.ts";
import { manifestPage } from "./generate-manifest.ts";
import { measurementsPage } from "./generate-measurements.ts";
import { reportSchemaPage } from "./generate-report-schema.ts";
import { settingsPage } from "./generate-settings.ts";
import { untestedPage } from "./generate-untested.ts";
import type { GeneratedPage } from "./generated-page.ts";

export const generatedPages: readonly GeneratedPage[] = [
  measurementsPage,
  settingsPage,
  commandsPage,
  manifestPage,
  jamfPage,
  reportSchemaPage,
  findingsPage,
  untestedPage,
  alertRulesPage,
];
