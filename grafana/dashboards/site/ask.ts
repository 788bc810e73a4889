/**
 * What every panel of the board selects on.
 *
 * @module
 */
import type { Question } from "../../queries.ts";
import { BY_CACHE } from "../../variables.ts";

/** A question of the chosen caches. */
export const ask = (question: Omit<Question, "select">): Question => ({ ...question, select: BY_CACHE });
