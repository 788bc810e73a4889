import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogOptions } from "./catalogs/options.ts";
import { precacheOptions } from "./options.ts";
import { ASSET_GROUPS } from "./words/asset.ts";

const page = readFileSync(join(import.meta.dirname, "../docs/precache.md"), "utf8");

it("docs/precache.md names every option, group and catalogue", () => {
  const { firmware, ...shape } = precacheOptions.shape;
  for (const key of Object.keys(shape)) expect(page).toContain(`| \`${key}\``);
  for (const key of Object.keys(firmware.unwrap().shape)) expect(page).toContain(`| \`firmware.${key}\``);
  for (const group of ASSET_GROUPS) expect(page).toContain(group);
  for (const option of catalogOptions.options) expect(page).toContain(`\`${option.shape.kind.value}\``);
});

it("precacheOptions reads the example of docs/precache.md", () => {
  const json = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const { precache } = JSON.parse(json) as { precache: unknown };
  expect(precacheOptions.parse(precache)).toMatchObject({ budget: 400e9, bandwidth: 37.5e6, splay: 7200 });
});

it.each([
  [{ budget: "lots" }, "budget"],
  [{ until: "6 o'clock" }, "until"],
  [{ groups: ["Newton"] }, "groups"],
  [{ colour: "red" }, "colour"],
  [{ servers: [{ url: "http://h:1", role: "friend" }] }, "servers"],
])("precacheOptions refuses %j", (input, place) => {
  const checked = precacheOptions.safeParse(input);
  expect(checked.success).toBe(false);
  expect(JSON.stringify(checked.error?.issues)).toContain(place);
});
