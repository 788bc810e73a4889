/**
 * What is used of undici. It is loaded on first use, so import this file with `import()`; its names are listed here
 * because a bundle finds the names of a CommonJS package only in static imports.
 *
 * @module
 */
export { Agent, ProxyAgent, request } from "undici";
