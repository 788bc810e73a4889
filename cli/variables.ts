/**
 * The environment variables that are not settings.
 *
 * @module
 */
import { ENGINE_VARIABLE } from "../core/sqlite/sqlite.ts";

/** The variable that names the settings file. */
export const CONFIG_VARIABLE = "LARDER_CONFIG";
/** The password and the token of the inventory that `--mdm` names. */
export const MDM_PASSWORD_VARIABLE = "LARDER_MDM_PASSWORD";
export const MDM_TOKEN_VARIABLE = "LARDER_MDM_TOKEN";

/** All of them. */
export const OTHER_VARIABLES: readonly string[] = [
  CONFIG_VARIABLE,
  ENGINE_VARIABLE,
  MDM_PASSWORD_VARIABLE,
  MDM_TOKEN_VARIABLE,
];
