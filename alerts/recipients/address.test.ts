import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { addressKey, parseAddress } from "./address.ts";
import { parseLanguage } from "./language.ts";

const text = (raw: string) => {
  const parsed = parseAddress(raw);
  return "text" in parsed ? parsed.text : parsed.problem;
};

describe("parseAddress()", () => {
  it("stores what was meant", () => {
    expect(text("o'brien@example.org")).toBe("o'brien@example.org");
    expect(text('"john.doe"@example.org')).toBe("john.doe@example.org");
    expect(text('"john doe"@example.org')).toBe('"john doe"@example.org');
    expect(text("a@MÜLLER.example")).toBe("a@xn--mller-kva.example");
    expect(text("root@localhost")).toBe("root@localhost");
    expect(text("a@[IPv6:2001:db8::1]")).toBe("a@[IPv6:2001:db8::1]");
    expect(text(`${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(58)}.eu`)).toHaveLength(254);
  });

  it("says what is wrong with the rest", () => {
    expect(text("a@1.2.3")).toBe("the domain ends in a number");
    expect(text("a@b@example.org")).toBe("there is more than one @");
    expect(text("jörg@example.org")).toContain("letters outside ASCII");
    expect(text("a@[300.1.1.1]")).toBe("the address in brackets is not an IP address");
    expect(text("a@ex%61mple.é")).toBe("the domain holds a character no host name has");
    expect(text(`a@${"b.".repeat(130)}org`)).toMatch(/longer than 253/);
    expect(text(" \u200b ")).toBe("the address is missing");
    expect(text("a@example.org\nBcc: b@example.org")).toBe("it holds an invisible or unreadable character");
  });

  it("is stable: what it stored it reads back as itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string()), (raw) => {
        const parsed = parseAddress(raw);
        if ("problem" in parsed) return;
        expect(parseAddress(parsed.text)).toEqual(parsed);
      }),
      { numRuns: runs(400) },
    );
  });

  it("takes every address a standard generator makes, but for domains without a usable end", () => {
    fc.assert(
      fc.property(fc.emailAddress({ size: "small" }), (raw) => {
        expect(parseAddress(raw)).toHaveProperty("text", raw);
      }),
    );
  });
});

describe("addressKey()", () => {
  it("is one for the spellings of one mailbox", () => {
    const spellings = [
      "Ada@Example.org",
      "ada@EXAMPLE.ORG",
      " ada@example.org ",
      '"ada"@example.org',
      "<ada@example.org>",
    ];
    expect(new Set(spellings.map(addressKey)).size).toBe(1);
    expect(addressKey("a@müller.example")).toBe(addressKey("A@XN--mller-kva.example"));
    expect(addressKey("a@mu\u0308ller.example")).toBe(addressKey("a@müller.example"));
  });

  it("keeps different mailboxes apart", () => {
    const others = [
      "ada@example.org",
      "ada+x@example.org",
      "a.da@example.org",
      "ada@example.com",
      '"a da"@example.org',
    ];
    expect(new Set(others.map(addressKey)).size).toBe(others.length);
  });

  it("lets nonsense in a database equal only itself", () => {
    expect(addressKey("Nobody")).toBe(addressKey("nobody "));
    expect(addressKey("nobody")).not.toBe(addressKey("nobody@example.org"));
  });
});

describe("parseLanguage()", () => {
  it("takes Apple's names of localizations and spells them as Apple does", () => {
    const pairs = [
      "en",
      "de",
      "pt-br>pt-BR",
      "ZH_cn>zh_CN",
      "zh-hans>zh-Hans",
      "zh-hant-tw>zh-Hant-TW",
      "es-419",
      "deu",
    ];
    for (const pair of pairs) {
      const [raw = "", code = raw] = pair.split(">");
      expect(parseLanguage(raw)).toBe(code);
    }
  });

  it("refuses words that are not a language", () => {
    for (const raw of ["", "English", "xx", "yes", "e", "en-", "en US", "12"])
      expect(parseLanguage(raw)).toBeUndefined();
  });
});
