import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const ROOMS = ["alerts", "cli", "collector", "grafana", "precache", "report"];
/** Pairs that are left, to be given names of their own. */
const NOT_YET = [
  "collector Lines",
  "collector Piece",
  "collector Sums",
  "collector Tally",
  "report Asked",
  "report At",
  "report Period",
  "report Span",
];

/** Names of the types that files of a folder export, one for each place that declares it. */
function declared(room: string): string[] {
  return readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.(?:test|contract|d)\.ts$|testing\//.test(name))
    .flatMap((name) => [
      ...readFileSync(`${room}/${name}`, "utf8").matchAll(/^export (?:abstract )?(?:interface|type|class) (\w+)/gm),
    ])
    .map(([, name = ""]) => name);
}

it("a type's name means one thing in a room and in core", () => {
  const core = declared("core");
  const twice = (room: string, names: readonly string[]): string[] =>
    names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${room} ${name}`);
  const found = [
    ...twice("core", core),
    ...ROOMS.flatMap((room) => {
      const own = declared(room);
      return [...twice(room, own), ...own.filter((name) => core.includes(name)).map((name) => `${room} ${name}`)];
    }),
  ];
  expect(found.filter((each) => !NOT_YET.includes(each))).toEqual([]);
});
