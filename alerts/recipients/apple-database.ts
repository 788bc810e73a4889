/**
 * The list of recipients on a Mac with macOS Server.
 *
 * @module
 */

/** Where macOS Server keeps its alerts; it creates the file when its Alerts tab is first chosen. */
export const APPLE_ALERT_DATABASE = "/Library/Server/Alerts/alertData.db";
