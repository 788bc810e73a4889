import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LONGEST } from "./longest-first.ts";

it("knows no test file that is not there", () => {
  const gone = LONGEST.filter((name) => !existsSync(join(import.meta.dirname, "../..", name)));
  expect(gone).toEqual([]);
});
