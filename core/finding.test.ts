import { describe, expect, it } from "vitest";
import { LarderError } from "./errors.ts";
import { finding, findingIn, findingOf } from "./finding.ts";

describe("a finding", () => {
  const late = finding({
    id: "sink-late",
    level: "warn",
    said: "sinkLateWhy",
    next: "sinkAnswers",
    values: { name: "main", age: 3 * 86_400, why: "no answer", place: "http://a" },
  });

  it("speaks English to scripts, and the language of its reader", () => {
    expect(late.said).toBe("main has taken nothing for 3 d; what waits is kept (no answer)");
    expect(findingIn(late, "en")).toEqual({ said: late.said, next: late.next, language: "en" });
    expect(findingIn(late, "de")).toEqual({
      said: "main hat seit 3 Tagen nichts angenommen; was wartet, ist aufgehoben (no answer)",
      next: "ansehen, was http://a antwortet: larder collect --once",
      language: "de",
    });
  });

  it("says that it is English where it was made of an error", () => {
    const failed = findingOf(new LarderError("Cannot read it", { code: "CONFIG_SECRET", next: "correct it" }));
    expect(findingIn(failed, "de")).toEqual({ said: failed.said, next: failed.next, language: "en" });
  });
});
