import { describe, expect, it } from "vitest";
import { parseDataPath } from "./settings.ts";

describe("parseDataPath()", () => {
  it("takes an absolute path and nothing else", () => {
    expect(parseDataPath('{"result":{"DataPath":"/Volumes/Data/Caches"}}')).toBe("/Volumes/Data/Caches");
    for (const text of ['{"result":{"DataPath":"../x"}}', '{"result":null}', "null", "", "{"]) {
      expect(parseDataPath(text)).toBeUndefined();
    }
  });
});
