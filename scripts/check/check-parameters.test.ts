import { expect, it } from "vitest";
import { callables, violations } from "./check-parameters.mjs";

const wrong = (text: string, ...exceptions: string[]) => violations(callables("a.ts", text), new Set(exceptions));

it.each([
  ["f has 4", "export function f(a: Map<string, number>, b: [1, 2], { c, d }: X, e = g(1, 2)): void {}"],
  ["f has 5", "export async function* f(a, b?, c?: (x: number, y: string) => void, d = 1, ...rest: number[]) {}"],
  ["f has 4", "export const f = (a, b, c, d) => a;"],
  ["f has 4", "const f = function (a, b, c, d) {};\nexport { f };"],
  ["f has 4", "function f(a, b, c, d) {}\nexport { f as g };"],
  ["default has 4", "export default function (a, b, c, d) {}"],
  ["new A has 4", "export class A { constructor(a, private b, readonly c, d) {} }"],
  ["A.m has 4", "export class A { async *m<T>(a, b, c, d) {} }"],
  ["A.m has 4", "export class A { static m(a, b, c, d) {} }"],
  ["A.m has 4", "export class A { m = (a, b, c, d) => a; }"],
  ["A.m has 4", "export abstract class A { protected abstract m(a, b, c, d): void; }"],
])("complains that %s parameters: %s", (why, text) => {
  expect(wrong(text)).toEqual([`a.ts: ${why} parameters; more than 3 become one object`]);
});

it.each([
  ["three", "export function f(a: Map<string, number>, { b, c, d, e }: X, ...rest: [1, 2, 3, 4]) {}"],
  ["a function of this file alone", "function f(a, b, c, d) {}\nexport const g = f(1, 2, 3, 4);"],
  ["a private method", "export class A { #m(a, b, c, d) {}\nprivate n(a, b, c, d) {} }"],
  ["a method of this file alone", "class A { m(a, b, c, d) {} }"],
  ["what another file exports", 'export { f } from "./f.ts";\nexport * from "./g.ts";'],
  ["this, which is not given", "export function f(this: X, a, b, c) {}"],
])("takes %s", (_, text) => {
  expect(wrong(text)).toEqual([]);
});

it("keeps exceptions, as long as they are needed", () => {
  const text = "export function f(a, b, c, d) {}";
  expect(wrong(text, "a.ts f")).toEqual([]);
  expect(wrong(text, "a.ts f", "a.ts g")).toEqual(["a.ts g needs no exception any more"]);
});
