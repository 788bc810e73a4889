/**
 * What became of precache.py's words: reported to those who still write them.
 *
 * @module
 */

/** One of its words and what it does today. */
export interface PrecachePyNote {
  /** Its name: `cacheModels`, `--jamfserver`. */
  readonly word: string;
  /** `works`: as before. `changed`: it works, in another way. `gone`: it can do nothing any more. */
  readonly fate: "works" | "changed" | "gone";
  /** What it does now, or why it cannot, and the new way. */
  readonly said: string;
}

export const APPS_NOTE =
  "only what the apps list names can be warmed: App Store addresses are made for each download, so let one device fetch first";
export const GROUP_NOTE = "models match exactly now, and a device's own delta is taken instead of all of them";
export const PASSWORD_NOTE =
  "a secret on a command line is visible to every user of this computer: use LARDER_MDM_PASSWORD, LARDER_MDM_TOKEN or --mdm-password-file";
