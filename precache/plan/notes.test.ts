import { expect, it } from "vitest";
import { silentLog } from "../../core/log.ts";
import { noting } from "./notes.ts";

it("noting() makes sentences of warnings, each once, and leaves them to the log as information", () => {
  const logged: string[] = [];
  const { log, notes } = noting({
    ...silentLog,
    info: (text) => void logged.push(text),
    error: (text) => void logged.push(text),
  });
  log.warn("entries cannot be read", { catalog: "sofa", entries: 3 });
  log.warn("entries cannot be read", { catalog: "sofa", entries: 3 });
  log.warn("plain");
  log.error("broken");
  expect(notes).toEqual(["entries cannot be read (catalog sofa, entries 3)", "plain"]);
  expect(logged).toEqual(["entries cannot be read", "entries cannot be read", "plain", "broken"]);
});
