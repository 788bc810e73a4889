/**
 * The native engine: node:sqlite in place, or over a private copy.
 *
 * @module
 */
export { openNative, openNativeForWriting } from "./native-database.ts";
export { openPrivateCopy } from "./private-copy.ts";
