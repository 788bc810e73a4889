/**
 * Which of the rows the journal holds at a time a row of the database is.
 *
 * As long as the columns stay as they are, it is the one with the same fields and values. Where they have changed since,
 * because Apple's model or what we read of it did, only fields that both sides have can decide: a column that was added
 * says nothing of an old row, and one that was dropped or renamed cannot be asked any more. Pure.
 *
 * @module
 */
/** Values of the fields a row has in the journal, as text. */
export type HeldRow = ReadonlyMap<string, string>;

/** A row the journal holds already: where, and which of its fields. */
export interface AlreadyHeld {
  readonly timeMs: number;
  readonly fields: HeldRow;
}

/** What a row of the database says now: every field there is a column for, undefined where that holds no number. */
export type SaidFields = ReadonlyMap<string, string | undefined>;

/**
 * Finds a row again.
 * @param candidates what the journal holds at its time, in order
 * @param changed whether columns may have changed since it was taken
 */
export function recognise(
  said: SaidFields,
  candidates: readonly AlreadyHeld[],
  changed: boolean,
): AlreadyHeld | undefined {
  const exact = candidates.find(({ fields }) => equal(said, fields));
  if (exact !== undefined || !changed) return exact;
  let best: AlreadyHeld | undefined;
  let bestCommon = 0;
  for (const candidate of candidates) {
    const common = commonFields(said, candidate.fields);
    if (common > bestCommon) [best, bestCommon] = [candidate, common];
  }
  const [only, another] = candidates;
  // nothing left to compare: its time alone decides, where there is one row of that time
  if (only !== undefined && another === undefined && !haveFieldInCommon(said, only.fields)) return only;
  return best;
}

/** Whether two say the same of a time: in every field that both have, and there is one. */
export function isSameRow(said: SaidFields, held: HeldRow): boolean {
  return commonFields(said, held) > 0;
}

function equal(said: SaidFields, held: HeldRow): boolean {
  let numbers = 0;
  for (const [field, value] of said) {
    if (value === undefined) continue;
    if (held.get(field) !== value) return false;
    numbers++;
  }
  return numbers === held.size;
}

/** How many fields both have with the same value; 0 when one that both have differs. */
function commonFields(said: SaidFields, held: HeldRow): number {
  let common = 0;
  for (const [field, value] of held) {
    if (!said.has(field)) continue;
    if (said.get(field) !== value) return 0;
    common++;
  }
  return common;
}

function haveFieldInCommon(said: SaidFields, held: HeldRow): boolean {
  return [...held.keys()].some((field) => said.has(field));
}
