import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { followSignals, type Stopping } from "./signals.ts";

const listeners = () => [...process.listeners("SIGINT"), ...process.listeners("SIGTERM")];

/** How many listeners have come since then: others of this process may go meanwhile. */
const added = (before: readonly unknown[]): number => listeners().filter((each) => !before.includes(each)).length;

/** What a command has been asked so far, and how many listeners keep the system from ending the process. */
function asked({ stop, abort }: Stopping, before: readonly unknown[]): [boolean, boolean, number] {
  return [stop.aborted, abort.aborted, added(before)];
}

describe("followSignals()", () => {
  it("finishes at the first, and leaves the second to the system", () => {
    const before = listeners();
    const names: string[] = [];
    const signals = followSignals({ onStop: (name) => names.push(name) });
    expect(asked(signals, before)).toEqual([false, false, 2]);
    process.emit("SIGTERM", "SIGTERM");
    expect(asked(signals, before)).toEqual([true, false, 0]);
    expect(names).toEqual(["SIGTERM"]);
  });

  it("leaves what is in hand at the second where the command can, and the third to the system", () => {
    const before = listeners();
    const signals = followSignals({ canAbort: true });
    process.emit("SIGINT", "SIGINT");
    expect(asked(signals, before)).toEqual([true, false, 2]);
    process.emit("SIGTERM", "SIGTERM");
    expect(asked(signals, before)).toEqual([true, true, 0]);
  });

  it("gives the signals back", () => {
    const before = listeners();
    followSignals({ canAbort: true }).release();
    expect(added(before)).toBe(0);
  });
});

it("the process is ended by main.ts alone, and signals are followed by signals.ts alone", () => {
  const rooms = ["alerts", "cli", "collector", "core", "grafana", "precache", "report"];
  const files = rooms
    .flatMap((room) => readdirSync(room, { recursive: true, encoding: "utf8" }).map((name) => `${room}/${name}`))
    .filter((path) => path.endsWith(".ts") && !/\.(test|contract)\.ts$|\/testing\//.test(path));
  const having = (pattern: RegExp): string[] => files.filter((path) => pattern.test(readFileSync(path, "utf8")));
  expect(having(/process\.exit\(/)).toEqual(["cli/main.ts"]);
  expect(having(/process\.(?:on|once)\((?!"(?:uncaughtException|warning|disconnect)")/)).toEqual(["cli/signals.ts"]);
});
