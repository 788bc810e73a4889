import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LarderError } from "../core/errors.ts";
import { planTable } from "./commands/precache/plan-text.ts";
import { colour, csvText, print, printCsv, printError, printJson } from "./output.ts";
import { createProgress } from "./progress/progress.ts";
import { table } from "./table.ts";
import { larderInProcess } from "./testing/in-process.ts";

/** Steers a terminal, turns the direction of writing, or hides: nothing of it may be printed. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const BESIDE_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const EVIL = "a\u001b]0;PWNED\u0007b\u009b31mc\rd\be\u007ff\u202eg\u2066h\u200fi\u061cj\ufeffk\u2028l\u001b[2Jm";

const foreign = fc
  .array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...EVIL), fc.constantFrom("\u001b[31m", "\u001b[0m")))
  .map((parts) => parts.join(""));

function printed(what: () => void): { out: string; err: string } {
  const said = { out: "", err: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name === "stdout" ? "out" : "err"] += String(text);
      return true;
    }),
  );
  try {
    what();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return said;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what is printed", () => {
  it("has no control character, whatever a text holds", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const { out, err } = printed(() => {
          print(text);
          printError(text);
          print(table([text], [{ title: "what", value: (row) => row, maxWidth: 30 }]));
          print(planTable({ items: [] }, false, 80));
        });
        expect(out).not.toMatch(BESIDE_LINES);
        expect(err).not.toMatch(BESIDE_LINES);
      }),
    );
  });

  it("keeps a cell of a table on its line", () => {
    const text = table([EVIL, "x\ny\tz"], [{ title: "what", value: (row) => row }]);
    expect(text.split("\n")).toHaveLength(4);
    expect(text.split("\n")[3]).toBe("x·y·z");
  });

  it("keeps our own colours on a terminal, and no other sequence", () => {
    const was = process.stdout.isTTY;
    process.stdout.isTTY = true;
    vi.stubEnv("NO_COLOR", "");
    try {
      const { out } = printed(() => print(`${colour("go\u001b[2J", "green")} \u001b[2Jx\u001b[31m`));
      expect(out).toBe("\u001b[32mgo·[2J\u001b[0m ·[2Jx·[31m\n");
    } finally {
      process.stdout.isTTY = was;
    }
  });

  it("is the same text again when JSON is read, and plain where it is written", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const { out } = printed(() => printJson({ [text]: text }));
        expect(out.replaceAll("\n", "")).not.toMatch(HARMFUL);
        expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
      }),
    );
  });

  it("writes a whole number in JSON with all its digits", () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(printed(() => printJson({ value, not: "12" })).out).toBe(`{\n  "value": ${value},\n  "not": "12"\n}\n`);
      }),
    );
  });

  it("gives a spreadsheet neither a formula nor a control character", () => {
    fc.assert(
      fc.property(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "＝", ""), foreign, (start, text) => {
        const { out } = printed(() => printCsv(csvText([[start + text, -5]])));
        expect(out.endsWith("\r\n")).toBe(true);
        expect(out.slice(0, -2)).not.toMatch(HARMFUL);
        expect(out).not.toMatch(/^"?[=+\-@\t\r＝＋－＠]/);
        expect(out).toContain(",-5");
      }),
    );
  });

  it("has no control character in the progress of a run", () => {
    const said: string[] = [];
    const progress = createProgress({ mode: "plain", write: (text) => said.push(text) });
    progress.say(EVIL);
    progress.close();
    expect(said.join("")).not.toMatch(BESIDE_LINES);
  });

  it("has none in a refused word of the command line", async () => {
    const { code, err } = await larderInProcess(["status", `--x${EVIL}`]);
    expect(code).toBe(2);
    expect(err).not.toMatch(BESIDE_LINES);
    expect(printed(() => printError(new LarderError(EVIL, { code: "X" }).message)).err).not.toMatch(BESIDE_LINES);
  });
});
