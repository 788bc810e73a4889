/**
 * The door of the facts: what rules look at, and how it is read from the journal.
 *
 * @module
 */
export { type JournalFacts, KeptFacts } from "./fleet-book.ts";
export type { CacheFacts, Facts, OwnFacts, StatusFacts, TrafficFacts, WarmingFacts } from "./known.ts";
