import { expect, it } from "vitest";
import { groupBy } from "./group-by.ts";

it("keeps the order of keys and items, and leaves out what has no key", () => {
  const groups = groupBy([5, 2, 9, 4, 7, 0], (n) => (n === 0 ? undefined : n % 2 === 0 ? "even" : "odd"));
  expect([...groups]).toEqual([
    ["odd", [5, 9, 7]],
    ["even", [2, 4]],
  ]);
});
