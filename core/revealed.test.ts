import { expect, it } from "vitest";
import { LarderError } from "./errors.ts";
import { hideFromNowOn, withoutSecrets } from "./revealed.ts";

it("hides secrets of any length and number, the longest first", () => {
  // longer than a regular expression may be
  const long = `[k-${"(x".repeat(100_000)}]`;
  for (const secret of [long, "pa$$w0rd", "pa$$w0rd-2", "pa$$w0rd"]) hideFromNowOn(secret);
  expect(withoutSecrets(`${long} and pa$$w0rd-2 and pa$$w0rd, pa$$w0r`)).toBe(
    "(secret) and (secret) and (secret), pa$$w0r",
  );
  expect(new LarderError(`Cannot use "${long}"`, { code: "X" }).message).toBe('Cannot use "(secret)"');
});
