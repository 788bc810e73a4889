import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minuteText, momentText, secondText, weekdayText } from "../time/moments.ts";
import { ageText, bytesText, countText, durationText, percentText, rateText, shareOf } from "./amounts.ts";
import { ENGLISH, GERMAN } from "./language.ts";
import { escapeUnprintable, printable, printableLines, quotable, shortened, spaced } from "./printable.ts";

describe("amounts", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.00 KB"],
    [9994, "9.99 KB"],
    [9996, "10.0 KB"],
    [999_499, "999 KB"],
    [999_500, "1.00 MB"],
    [1_083_000_000, "1.08 GB"],
    [-45_000_000_000n, "-45.0 GB"],
    [2n ** 62n, "4612 PB"],
  ])("writes %s bytes as %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it("writes a size with at least three digits above bytes, and within half a step of its value", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1000n, max: 10n ** 18n }), (bytes) => {
        const [digits = "", unit = ""] = bytesText(bytes).split(" ");
        expect(digits.replace(".", "").length).toBeGreaterThanOrEqual(3);
        const written = Number(digits) * 1000 ** ENGLISH.byteUnits.indexOf(unit);
        expect(Math.abs(written - Number(bytes)) / Number(bytes)).toBeLessThan(0.0051);
      }),
    );
  });

  it.each([
    [0, "0 s"],
    [0.05, "0.05 s"],
    [0.2, "0.2 s"],
    [6, "6 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.6, "1 min"],
    [100, "1 min 40 s"],
    [3599.7, "1 h"],
    [11_520, "3 h 12 min"],
    [30 * 86_400, "30 d"],
    [100_000, "1 d 3 h"],
  ])("writes %s seconds as %s", (seconds, text) => expect(durationText(seconds)).toBe(text));

  it("writes shares, rates, ages and counts", () => {
    expect(percentText(shareOf(931, 1000))).toBe("93.1%");
    expect(percentText(0.744, 0)).toBe("74%");
    expect(percentText(shareOf(0, 0))).toBe("–");
    expect(rateText(38_200_000.4)).toBe("38.2 MB/s");
    expect(ageText(3400)).toBe("3 s");
    expect(ageText(-5000)).toBe("0 s");
    expect(countText(1, "cache")).toBe("1 cache");
    expect(countText(0, "cache")).toBe("0 caches");
    expect(countText(2, "try", "tries")).toBe("2 tries");
  });

  it("writes them in another language by its data", () => {
    expect(durationText(86_400, GERMAN)).toBe("1 Tag");
    expect(durationText(3 * 86_400, GERMAN)).toBe("3 Tage");
    expect(durationText(3 * 86_400, GERMAN, "ago")).toBe("3 Tagen");
    expect(bytesText(1_083_000_000, GERMAN)).toBe("1,08 GB");
    expect(percentText(0.931, 1, GERMAN)).toBe("93,1\u00a0%");
    expect(durationText(11_520, GERMAN)).toBe("3 Std. 12 Min.");
    expect(durationText(0.4, GERMAN)).toBe("0,4 s");
    expect(durationText(6, GERMAN)).toBe("6 s");
    expect(weekdayText(Date.UTC(2026, 8, 16, 12), "UTC", GERMAN)).toBe("Mi");
  });
});

describe("moments", () => {
  const summer = Date.UTC(2026, 8, 14, 0, 31, 5);
  it("are local", () => {
    expect(momentText(summer, "Europe/Berlin")).toBe("2026-09-14 02:31");
    expect(secondText(summer, "Europe/Berlin")).toBe("2026-09-14 02:31:05");
    expect(minuteText(summer, "America/New_York")).toBe("20:31");
    expect(weekdayText(summer, "America/New_York")).toBe("Sun");
  });
});

describe("text from outside", () => {
  const EVIL = "a\u001b]0;x\u0007b\u009bc\rd\u202ee\ufefff\u2028g\n";
  it("is harmless", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...EVIL)), { maxLength: 80 }),
        (parts) => {
          const text = parts.join("");
          expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(spaced(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(quotable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(printableLines(text)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect([...quotable(text)].length).toBeLessThanOrEqual(60);
        },
      ),
    );
    expect(printable("ü é 東京 ✓")).toBe("ü é 東京 ✓");
    expect(spaced(" a\r\n\tb\u0000 ")).toBe("a b");
    expect(escapeUnprintable("a\nb", () => "\\n")).toBe("a\\nb");
  });

  it("is cut between characters", () => {
    expect(shortened("abcdef", 4)).toBe("abc…");
    expect(shortened("😀😀😀😀", 3)).toBe("😀😀…");
    expect(shortened("😀😀😀", 3)).toBe("😀😀😀");
  });
});
