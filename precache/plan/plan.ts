/**
 * Which files are fetched tonight, in which order, and why the others are not.
 *
 * @module
 */
export { listAssets } from "./list-assets.ts";
export { type Prepared, planOnly, prepare } from "./make-plan.ts";
export { leftSentences, planTotals } from "./plan-warming.ts";
