/**
 * More than three positional parameters become one options object: nobody reads `f(a, b, c, true, 4)` right. This holds
 * for what other files call: exported functions, and constructors and public methods of exported classes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseAst } from "vitest/node";

const MOST = 3;
const FOLDERS = ["core", "collector", "precache", "alerts", "grafana", "report", "cli"];

/** What may have more, with the reason. */
export const EXCEPTIONS = new Map([
  ["collector/rollup/series.ts Series.add", "called for every field of every line: an object each would be the work"],
  ["core/journal/segment-content.ts readFrom", "reads in place, as fs.read does"],
  ["precache/catalogs/plist/builder.ts PlistBuilder.leaf", "called for every value of lists of 100 MB"],
]);
/** What other files can call: {path, name, parameters}. */
export function callables(path, text) {
  const { body } = parseAst(text, { lang: "ts" }, path);
  const declared = new Map(body.flatMap(declarationsOf).map((each) => [each.name, each]));
  const exported = body.flatMap((statement) => {
    if (statement.type === "ExportDefaultDeclaration") return declarationOf("default", statement.declaration);
    if (statement.type !== "ExportNamedDeclaration" || statement.source) return [];
    if (statement.declaration) return declarationsOf(statement.declaration);
    return statement.specifiers.flatMap(({ local }) => declared.get(local.name) ?? []);
  });
  return exported
    .flatMap(({ name, node }) => (isClass(node) ? methodsOf(name, node) : [signature(name, node)]))
    .map((each) => ({ path, ...each }));
}

/** What is wrong, one sentence each; an exception that nothing needs any more is wrong too. */
export function violations(found, exceptions) {
  const many = found.filter(({ parameters }) => parameters > MOST);
  const needed = new Set(many.map(({ path, name }) => `${path} ${name}`));
  return [
    ...many
      .filter(({ path, name }) => !exceptions.has(`${path} ${name}`))
      .map(
        ({ path, name, parameters }) =>
          `${path}: ${name} has ${parameters} parameters; more than ${MOST} become one object`,
      ),
    ...[...exceptions].filter((each) => !needed.has(each)).map((each) => `${each} needs no exception any more`),
  ];
}

/** The functions and classes that a statement declares, and what an expression stored in a constant is. */
function declarationsOf(node) {
  if (node.type === "ExportNamedDeclaration" && node.declaration) return declarationsOf(node.declaration);
  if (node.type === "VariableDeclaration")
    return node.declarations.flatMap(({ id, init }) => declarationOf(id.name, init));
  return declarationOf(node.id?.name, node);
}

function declarationOf(name, node) {
  return isFunction(node) || isClass(node) ? [{ name: node.id?.name ?? name, node }] : [];
}

function methodsOf(name, { body }) {
  return body.body.flatMap((member) => {
    if (member.key?.type === "PrivateIdentifier" || member.accessibility === "private") return [];
    if (!isFunction(member.value)) return [];
    const own = member.kind === "constructor" ? `new ${name}` : `${name}.${member.key.name ?? member.key.value}`;
    return [signature(own, member.value)];
  });
}

function signature(name, { params }) {
  // `this` is declared, not given
  return { name, parameters: params.filter(({ name: own }) => own !== "this").length };
}

function isFunction(node) {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|TSDeclareFunction|TSEmptyBodyFunctionExpression)$/.test(
    node?.type,
  );
}

function isClass(node) {
  return node?.type === "ClassDeclaration" || node?.type === "ClassExpression";
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const found = FOLDERS.flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((path) => path.endsWith(".ts") && !/\.(test|contract)\.ts$|\/testing\//.test(path))
    .flatMap((path) => callables(path, readFileSync(path, "utf8")));
  const wrong = violations(found, new Set(EXCEPTIONS.keys()));
  for (const sentence of wrong) console.error(sentence);
  console.log(`parameters: ${found.length} functions other files can call, ${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
