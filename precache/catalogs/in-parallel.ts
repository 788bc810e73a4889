/**
 * Several questions at once, answers in the order of the questions.
 *
 * @module
 */

/**
 * What `ask` answers for each item, at most `width` of them under way. The first failure ends it, once the answers before
 * it have been handed over; questions still under way are left to end by themselves.
 */
export async function* inParallel<Item, Answer>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  ask: (item: Item) => Promise<Answer>,
): AsyncIterable<Answer> {
  const waiting: Promise<Answer>[] = [];
  for await (const item of items) {
    const answer = ask(item);
    answer.catch(() => undefined);
    waiting.push(answer);
    const first = waiting.length >= width ? waiting.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const answer of waiting) yield await answer;
}
