import { expect, it } from "vitest";
import { warmUpReceiver } from "./warm-up.ts";

it("has a value for every property a report may have, or a receiver would not start", () => {
  expect(() => warmUpReceiver(1)).not.toThrow();
});
