/**
 * The caches with problems, and how many have each.
 *
 * @module
 */
import { THRESHOLDS } from "../../../core/thresholds.ts";
import type { Installation } from "../../installation.ts";
import {
  alertList,
  askSites,
  COLOURS,
  column,
  sorted,
  stat,
  table,
  thresholdSteps,
  UNITS,
  type Unplaced,
  type ValueMapping,
} from "../../look/look.ts";
import { allProblems, PROBLEMS, problemCount, problemFigure, WEIGHTS } from "./problems.ts";
import { cacheLink, ROW, reporting } from "./row.ts";

/** Whether anything is wrong at all. */
export function state(installation: Installation): Unplaced {
  return stat(installation, {
    title: "Problems",
    description: `All problems of all caches, those of the list below. "no data" means that no cache has written in the chosen time.`,
    question: askSites({ figures: [allProblems("Problems")], buckets: "range" }),
    unit: UNITS.count,
    width: 4,
    height: 5,
    threshold: { watch: THRESHOLDS.any.watch },
    mappings: [{ type: "value", options: { "0": { text: "Nothing is wrong", color: COLOURS.fine, index: 0 } } }],
  });
}

/** How many caches there are. */
export function known(installation: Installation): Unplaced {
  return stat(installation, {
    title: "Caches known",
    description: "Caches that wrote at least once in the chosen time.",
    question: askSites({ figures: [{ kind: "count", name: "Known", add: [reporting] }], buckets: "range" }),
    unit: UNITS.count,
    width: 3,
    height: 5,
  });
}

/** How many caches have each problem. */
export function counts(installation: Installation): Unplaced {
  return stat(installation, {
    title: "Caches with each problem",
    description: "How many caches of the list below have each problem, whether amber or red.",
    question: askSites({ figures: PROBLEMS.map(problemCount), buckets: "range" }),
    unit: UNITS.count,
    width: 17,
    height: 5,
    threshold: THRESHOLDS.any,
    noValue: "–",
    overrides: PROBLEMS.filter(({ threshold: { watch, trouble } }) => watch !== trouble).map(({ name }) =>
      column(name, { thresholds: { mode: "absolute", steps: thresholdSteps({ watch: 1 }) } }),
    ),
  });
}

/** What the alert rules say, whichever boards they belong to. */
export function alerts(installation: Installation): Unplaced {
  return alertList(installation, {
    title: "Alerts",
    description:
      "Alert rules of this installation that ring or wait to ring. Empty while all is well, and where the rules are not provisioned.",
    width: 24,
    height: 5,
  });
}

const CELLS: ValueMapping = {
  type: "value",
  options: {
    "0": { text: " ", color: "transparent", index: 0 },
    [WEIGHTS.watch]: { text: "look", color: COLOURS.watch, index: 1 },
    [WEIGHTS.trouble]: { text: "act", color: COLOURS.trouble, index: 2 },
  },
};

/** The name of a column that orders the rows and is not shown. */
const WEIGHT = "Weight";

/** The caches with problems, the worst first. */
export function problemList(installation: Installation): Unplaced {
  const names = PROBLEMS.map(({ name }) => name);
  const meanings = PROBLEMS.map(({ name, meaning }) => `*${name}*: ${meaning}.`);
  return table(installation, {
    title: "Caches with problems",
    description: `Every cache that the table below paints amber (look) or red (act), the worst first. ${meanings.join(" ")}`,
    question: askSites({ figures: PROBLEMS.map(problemFigure), by: ROW, buckets: "range" }),
    unit: UNITS.count,
    width: 24,
    height: 8,
    noValue: "Nothing is wrong with the caches known above",
    overrides: [
      column("Cache", { links: [cacheLink(installation)] }),
      ...names.map((name) =>
        column(name, {
          "custom.cellOptions": { type: "color-background", mode: "basic" },
          mappings: [CELLS],
          noValue: " ",
          color: { mode: "fixed", fixedColor: "transparent" },
        }),
      ),
    ],
    transformations: [
      {
        id: "calculateField",
        options: { mode: "reduceRow", reduce: { reducer: "sum", include: names }, alias: WEIGHT },
      },
      {
        id: "filterByValue",
        options: {
          filters: [{ fieldName: WEIGHT, config: { id: "greater", options: { value: 0 } } }],
          type: "include",
          match: "any",
        },
      },
      sorted(WEIGHT, true),
      { id: "organize", options: { excludeByName: { [WEIGHT]: true }, indexByName: {}, renameByName: {} } },
    ],
  });
}
