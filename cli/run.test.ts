import { expect, it } from "vitest";
import { larderInProcess } from "./testing/in-process.ts";

it.each([
  ["status --nope --json", 2],
  ["config show --config /nowhere/x.plist --json", 78],
  ["alerts recipients list --db /nowhere/x.db --json", 1],
  ["precache report --days x --json", 2],
])("answers a failure in JSON: %s", async (line, exit) => {
  const { code, out, err } = await larderInProcess(line.split(" "));
  expect(code).toBe(exit);
  expect(err).not.toBe("");
  const { error } = JSON.parse(out);
  expect(Object.keys(error)).toEqual(["code", "message", "state", "next", "retryable"]);
});
