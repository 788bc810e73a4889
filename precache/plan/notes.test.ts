import { expect, it } from "vitest";
import { noting } from "./notes.ts";

it("noting() makes sentences of warnings, each once, and leaves them to the log as information", () => {
  const logged: string[] = [];
  const { log, notes } = noting({
    debug: (text) => void logged.push(text),
    info: (text) => void logged.push(text),
    warn: () => expect.unreachable(),
    error: (text) => void logged.push(text),
  });
  log.warn("entries cannot be read", { catalog: "sofa", entries: 3 });
  log.warn("entries cannot be read", { catalog: "sofa", entries: 3 });
  log.warn("plain");
  log.error("broken");
  log.debug("small");
  log.info("read");
  expect(notes).toEqual(["entries cannot be read (catalog sofa, entries 3)", "plain"]);
  expect(logged).toEqual(["entries cannot be read", "entries cannot be read", "plain", "broken", "small", "read"]);
});
