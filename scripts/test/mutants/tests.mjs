/**
 * The part of vitest that the tests tried on mutants need: describe, it, hooks, and its own `expect`.
 *
 * @module
 */
import { format } from "node:util";
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect);
Object.assign(expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
expect.unreachable = (message) => chai.assert.fail(`expected not to be reached: ${message ?? ""}`);
globalThis[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0 }, expect);

let file = "";
let tests = [];
let scope = newScope("", undefined);

function newScope(name, parent) {
  return { name, parent, beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
}

/** What is described from now on lies in this file. */
export function begin(path) {
  file = path;
  scope = newScope("", undefined);
}

/** Forgets all tests. */
export function forget() {
  tests = [];
}

/** The tests there are, in their order. A test returns what failed, as text; what happens before and after it is part of it. */
export function collected() {
  return tests;
}

export function describe(name, body) {
  scope = newScope(name, scope);
  body();
  scope = scope.parent;
}
describe.each = (rows) => (name, body) => {
  for (const row of rows) describe(named(name, row), () => body(...asList(row)));
};

export function it(name, body) {
  const scopes = [];
  for (let at = scope; at !== undefined; at = at.parent) scopes.unshift(at);
  const title = [...scopes.map((each) => each.name).filter((each) => each !== ""), name].join(" > ");
  const alike = tests.filter((each) => each.title === title && each.file === file).length;
  const id = `${file}#${title}${alike === 0 ? "" : ` (${alike + 1})`}`;
  tests.push({ id, title, file, run: () => run(scopes, body) });
}
it.each = (rows) => (name, body) => {
  for (const row of rows) it(named(name, row), () => body(...asList(row)));
};
export const test = it;

const hook = (kind) => (body) => void scope[kind].push(body);
export const beforeAll = hook("beforeAll");
export const afterAll = hook("afterAll");
export const beforeEach = hook("beforeEach");
export const afterEach = hook("afterEach");

/** Each test alone, with all that goes before and after it: mutants run the few tests that reach them. */
async function run(scopes, body) {
  const before = scopes.flatMap((each) => [...each.beforeAll, ...each.beforeEach]);
  const after = [...scopes].reverse().flatMap((each) => [...each.afterEach, ...each.afterAll]);
  let failure;
  try {
    for (const each of before) await each();
    await body();
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  try {
    for (const each of after) await each();
  } catch (error) {
    failure ??= String(error);
  }
  return failure;
}

const asList = (row) => (Array.isArray(row) ? row : [row]);
const named = (name, row) => format(name, ...asList(row)).slice(0, 300);
