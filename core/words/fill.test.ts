import { describe, expect, it } from "vitest";
import { fill, placesOf } from "./fill.ts";
import { ENGLISH, GERMAN } from "./language.ts";

describe("a sentence", () => {
  it.each([
    [1, "1 day has no data"],
    [2, "2 days have no data"],
    [0, "0 days have no data"],
    [1200, "1,200 days have no data"],
  ])("says one or many of %d", (days, text) => {
    expect(fill("{days:count} {days?day has|days have} no data", { days }, ENGLISH)).toBe(text);
  });

  it("writes its values in the form it names, in its language", () => {
    const values = { a: 1_500_000, b: 0.931, c: 86_400, d: 86_400, e: 259_200, f: 1200 };
    const text = "{a:bytes} {b:percent} {c:duration} {d:ago} {e:ago} {f:count} {f}";
    expect(fill(text, values, ENGLISH)).toBe("1.50 MB 93% 1 d 1 d 3 d 1,200 1200");
    expect(fill(text, values, GERMAN)).toBe("1,50 MB 93\u00a0% 1 Tag 1 Tag 3 Tagen 1.200 1200");
  });

  it("keeps a text from outside on its line, and out of what it means", () => {
    expect(fill("{who}: {what}", { who: "a\nb", what: "{who} $1 {x?a|b}" }, ENGLISH)).toBe("a b: {who} $1 {x?a|b}");
  });

  it("has places, each once, with their forms", () => {
    expect(placesOf("{files:count} {files?file|files} of {name}")).toEqual(["files:count", "name:"]);
    expect(placesOf("{ratio:percent}")).toEqual(["ratio:percent"]);
  });
});
