/**
 * Text and values from outside: parsed with limits, and never believed to have a shape before it was looked for.
 *
 * @module
 */
export { parseJson, readBytes } from "./parse-json.ts";
export { Shape } from "./shape.ts";
export { UnreadableValue } from "./unreadable-value.ts";
