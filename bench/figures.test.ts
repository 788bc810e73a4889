import { expect, it } from "vitest";
import { figureRow } from "./figures.ts";

it("shows the least, the median and the most, and the ratio round by round", () => {
  const peer = { name: "sqlite3", values: [2, 4, 2] };
  const row = figureRow({ what: "a year", unit: "s", larder: [1, 3, 2], peer, goal: "1 x" });
  expect(row).toEqual(["a year", "1.00 / 2.00 / 3.00 s", "sqlite3: 2.00 / 2.00 / 4.00", "0.50 / 0.75 / 1.00", "1 x"]);
});

it("has the ratio of medians where the peer was measured less often, and none without a peer", () => {
  const once = figureRow({ what: "a pass", unit: "ms", larder: [20, 40, 30], peer: { name: "python3", values: [60] } });
  expect(once.slice(1)).toEqual(["20.0 / 30.0 / 40.0 ms", "python3: 60.0", "0.50", ""]);
  expect(figureRow({ what: "status", unit: "s", larder: [0.5] }).slice(1)).toEqual(["0.50 s", "", "", ""]);
});
