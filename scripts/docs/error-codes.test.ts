import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ExitCode } from "../../cli/exit.ts";
import { errorCodes } from "./error-codes.ts";

const ROOT = join(import.meta.dirname, "../..");
const OPERATIONS = readFileSync(join(ROOT, "docs/operations.md"), "utf8");

/** A code, or a word that looks like one and is not. */
const NO_CODES = ["USAGE_", "CONFIG_"];

it("docs/operations.md says of every error code what to do, and of none that is gone", () => {
  const codes = errorCodes(ROOT).filter((code) => !NO_CODES.includes(code));
  expect(codes.length).toBeGreaterThan(80);
  expect(codes.filter((code) => !OPERATIONS.includes(`\`${code}\``))).toEqual([]);
  const part = OPERATIONS.split("\n## Errors\n")[1]?.split("\n## ")[0] ?? "";
  const said = [...part.matchAll(/`([A-Z]+(?:_[A-Z]+)+|LOCKED|STOPPED)`/g)].map((match) => match[1] ?? "");
  expect(said.filter((code) => !codes.includes(code) && !code.startsWith("LARDER_"))).toEqual([]);
});

it("docs/operations.md explains every exit code", () => {
  for (const code of Object.values(ExitCode)) expect(OPERATIONS).toContain(`\n| ${code} | `);
});
