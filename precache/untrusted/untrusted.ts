/**
 * Text and values from outside: parsed with limits, and never believed to have a shape before it was looked for.
 *
 * @module
 */
export { parseJson, readBytes } from "./parse-json.ts";
export { UnreadableValue } from "./plist-fault.ts";
export { Shape } from "./shape.ts";
