/**
 * What every panel of the board selects on.
 *
 * @module
 */

import { BY_CACHE } from "../../look/look.ts";
import type { PanelQuestion } from "../../query/query.ts";

/** A question of the chosen caches. */
export const ask = (question: Omit<PanelQuestion, "select">): PanelQuestion => ({ ...question, select: BY_CACHE });
