import { describe, expect, it } from "vitest";
import { harmlessLine } from "./log.ts";

describe("a line of the log", () => {
  it("steers no terminal, and is the same JSON", () => {
    const text = "a\u009b31mb\u202ec\u0000\u2028\u{e0001}d\u001b[2J";
    const line = `${JSON.stringify({ msg: text })}\n`;
    const harmless = harmlessLine(line);
    expect(harmless.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(harmless.endsWith("\n")).toBe(true);
    expect(JSON.parse(harmless)).toEqual({ msg: text });
  });
});
