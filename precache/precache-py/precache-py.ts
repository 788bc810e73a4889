/**
 * precache.py's command line and configuration in our words: the door of this folder.
 *
 * @module
 */
export { isPrecachePyCommandLine, parsePrecachePyArguments } from "./arguments.ts";
export { CONFIGURATION_NAMES, fromPrecachePyConfiguration, withNamedSecrets } from "./configuration.ts";
export { fromPrecachePyArguments, type PrecachePyRequest } from "./flags.ts";
export type { PrecachePyNote } from "./notes.ts";
