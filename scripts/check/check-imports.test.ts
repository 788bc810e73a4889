import { describe, expect, it } from "vitest";
import { importsOf, violations } from "./check-imports.mjs";

/** What is wrong with one file that imports another. */
function wrong(from: string, to: string): string[] {
  return violations([{ from, to, typeOnly: false, lazy: false }]);
}

describe("violations()", () => {
  it.each([
    ["core/http/http.ts", "collector/index.ts", "core imports nothing of ours"],
    ["collector/ship/ship.ts", "precache/index.ts", "rooms have no sideways arrows"],
    ["cli/wiring.ts", "collector/ship/ship.ts", "the door of collector is collector/index.ts"],
    ["collector/ship/ship.ts", "cli/output.ts", "nobody imports cli"],
    ["scripts/x.ts", "cli/output.ts", "nobody imports cli"],
    ["collector/ship/ship.ts", "fixtures/engines.ts", "fixtures serve tests"],
    ["cli/wiring.ts", "fixtures/engines.ts", "fixtures serve tests"],
    ["collector/ship/ship.ts", "bench/collect/backfill.ts", "bench is imported by nobody"],
    ["core/http/http.ts", "scripts/build.ts", "scripts is imported by nobody"],
    ["precache/run/run.ts", "precache/warm/lanes.ts", "the door of precache/warm is precache/warm/warm.ts"],
    ["core/line/point.ts", "core/plist/xml.ts", "the door of core/plist is core/plist/plist.ts"],
    ["core/cache/paths.ts", "core/cache/status/raw.ts", "the door of core/cache/status is core/cache/status/status.ts"],
    ["collector/pass.ts", "core/cache/status/status.ts", "the door of core/cache is core/cache/cache.ts"],
    ["cli/program.ts", "cli/commands/status/screen.ts", "the door of cli/commands/status is"],
    ["collector/pass.ts", "collector/sources/source.ts", "the door of collector/sources is"],
    ["collector/health/gather.ts", "collector/ship/state.ts", "the door of collector/ship is"],
    ["report/model.ts", "core/history/savings.ts", "the door of core/history is core/history/history.ts"],
    ["cli/program.ts", "cli/commands/config/show.ts", "the door of cli/commands/config is"],
    [
      "alerts/index.ts",
      "alerts/recipients/store.ts",
      "the door of alerts/recipients is alerts/recipients/recipients.ts",
    ],
  ])("%s may not import %s", (from, to, reason) => {
    expect(wrong(from, to)).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["collector/ship/ship.ts", "core/files.ts"],
    ["collector/ship/ship.ts", "collector/sinks/sinks.ts"],
    ["collector/options.ts", "collector/sinks/options.ts"],
    ["collector/sinks/setup/setup.ts", "collector/sinks/sink.ts"],
    ["collector/pass.ts", "core/time/clock.ts"],
    ["collector/pass.test.ts", "collector/ship/bisect.ts"],
    ["cli/program.ts", "cli/commands/status/register.ts"],
    ["cli/commands/demo/demo.ts", "cli/commands/history/history.ts"],
    ["cli/wiring.ts", "collector/index.ts"],
    ["cli/load-settings.ts", "collector/options.ts"],
    ["cli/commands/demo/register.ts", "fixtures/engines.ts"],
    ["collector/ship/ship.test.ts", "fixtures/engines.ts"],
    ["collector/sinks/sink.contract.ts", "fixtures/engines.ts"],
    ["bench/collect/backfill.ts", "collector/ship/ship.ts"],
    ["cli/main.test.ts", "cli/main.ts"],
    ["scripts/docs/generate-commands.ts", "cli/program.ts"],
    ["scripts/package/bundle.ts", "cli/commands/install/jobs.ts"],
  ])("%s may import %s", (from, to) => {
    expect(wrong(from, to)).toEqual([]);
  });

  it("finds a cycle, of types too, and lets a lazy import close one", () => {
    const edge = (from: string, to: string, typeOnly = false, lazy = false) => ({ from, to, typeOnly, lazy });
    const chain = [edge("core/a.ts", "core/b.ts"), edge("core/b.ts", "core/c.ts")];
    expect(violations([...chain, edge("core/c.ts", "core/a.ts")])).toEqual([
      "import cycle: core/a.ts > core/b.ts > core/c.ts > core/a.ts",
    ]);
    expect(violations([...chain, edge("core/c.ts", "core/a.ts", true)])).toHaveLength(1);
    expect(violations([...chain, edge("core/c.ts", "core/a.ts", false, true)])).toEqual([]);
  });
});

describe("importsOf()", () => {
  it("sees every form of import of our own files and no package", () => {
    const text = `import { a } from "../core/a.ts";
import type { B } from "./b.ts";
import {
  c,
  d,
} from "./c.ts";
export * from "./e.ts";
import "./f.ts";
import * as z from "zod";
const g = await import("./g.ts");
`;
    expect(importsOf("collector/x.ts", text).map(({ to, typeOnly, lazy }) => [to, typeOnly, lazy])).toEqual([
      ["core/a.ts", false, false],
      ["collector/b.ts", true, false],
      ["collector/c.ts", false, false],
      ["collector/e.ts", false, false],
      ["collector/f.ts", false, false],
      ["collector/g.ts", false, true],
    ]);
  });
});
