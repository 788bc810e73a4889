import { expect, it } from "vitest";
import { Dice } from "../histories/dice.ts";
import { mutateJson } from "./mutate-json.ts";

it("leaves a document alone that is nested deeper than it could be written", () => {
  const deep = Buffer.from("[".repeat(30_000) + "]".repeat(30_000));
  for (let seed = 0; seed < 20; seed++) {
    const mutated = mutateJson(deep, { dice: new Dice(seed), others: [], words: [] });
    expect(mutated.equals(deep) || mutated.length < deep.length).toBe(true);
  }
});
