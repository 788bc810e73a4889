/**
 * What Stryker reported, for people.
 *
 * @module
 */

const STATES = ["Killed", "Timeout", "Survived", "NoCoverage"];

/** Counts of a module and of each of its files; the score is the share of mutants that some test noticed, in percent. */
export function count(module, { files }) {
  const each = Object.entries(files).map(([name, { mutants }]) => scored("file", name, mutants));
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  return [scored("module", module, all), ...each];
}

function scored(of, name, mutants) {
  const counts = Object.fromEntries(STATES.map((state) => [state, mutants.filter((m) => m.status === state).length]));
  const valid = STATES.reduce((sum, state) => sum + counts[state], 0);
  const noticed = counts.Killed + counts.Timeout;
  return { of, name, valid, counts, score: valid === 0 ? 100 : (100 * noticed) / valid };
}

/** What comes before a mutant that is listed: the clock noticed it, and nobody counted a loop without an end. */
const SAID = { NoCoverage: "(no test runs it) ", Timeout: "(took too long) ", Survived: "" };

/** What no test noticed, or none but the clock, a line each: place, what was there, what was put there. */
export function survivors({ files }) {
  return Object.entries(files).flatMap(([name, { source, mutants }]) =>
    mutants
      .filter(({ status, statusReason = "" }) => status in SAID && !statusReason.startsWith("Hit limit"))
      .map(({ status, location, replacement }) => {
        const { line, column } = location.start;
        const was = short(cut(source, location));
        return `${name}:${line}:${column} ${SAID[status]}${was} => ${short(replacement)}`;
      }),
  );
}

function cut(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines.push(lines.pop().slice(0, end.column - 1));
  return [lines[0].slice(start.column - 1), ...lines.slice(1)].join("\n");
}

function short(text) {
  const one = text.replace(/\s+/g, " ");
  return one.length > 90 ? `${one.slice(0, 60)} … ${one.slice(-25)}` : one;
}

/** The table of CONTRIBUTING's reader: modules, and their files below them. */
export function table(results) {
  const rows = results.map(({ of, name, valid, counts, score }) => [
    of === "module" ? name : `  ${name}`,
    String(valid),
    ...STATES.map((state) => String(counts[state])),
    `${score.toFixed(1)} %`,
  ]);
  const all = [["module", "mutants", "killed", "timed out", "survived", "not run", "score"], ...rows];
  const widths = all[0].map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "))
    .join("\n");
}
