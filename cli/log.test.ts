import { describe, expect, it } from "vitest";
import { logForPeople } from "./log.ts";

describe("logForPeople()", () => {
  it("writes lines for people, from its level on", () => {
    const lines: string[] = [];
    const log = logForPeople("info", (line) => lines.push(line));
    log.debug("not shown");
    log.info("collecting", { server: "c1", sinks: ["main"] });
    log.warn("the rest waits", { bytes: 12n, why: undefined });
    log.error("lost", { cause: new Error("it broke") });
    expect(lines).toEqual([
      'collecting (server c1, sinks ["main"])',
      'warning: the rest waits (bytes "12", why none)',
      "error: lost (cause it broke)",
    ]);
  });
});
