/**
 * What a run of vitest came to, from its JSON report. A file that could not be loaded, a report that is missing and a
 * run that ended badly without a failed test all count as failures: nothing that went wrong adds up to "0 failed".
 */

/**
 * @param {string | undefined} report text of vitest's JSON report
 * @param {boolean} endedWell whether vitest itself ended with 0
 */
export function countTests(report, endedWell) {
  const files = parseFiles(report);
  if (files === undefined) return { passed: 0, failed: 1, skipped: 0, skips: [] };
  const tests = files.flatMap((file) => file.assertionResults ?? []);
  const passed = tests.filter(({ status }) => status === "passed").length;
  const notRun = tests.filter(({ status }) => !["passed", "failed"].includes(status));
  const unloaded = files.filter((file) => file.status === "failed" && (file.assertionResults ?? []).length === 0);
  const failed = tests.filter(({ status }) => status === "failed").length + unloaded.length;
  return {
    passed,
    failed: failed === 0 && !endedWell ? 1 : failed,
    skipped: notRun.length,
    skips: reasons(notRun),
  };
}

/** @param {{passed: number, failed: number, skipped: number}[]} all */
export function sumCounts(all) {
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** Skipped tests by the titles around them, where the reason is by our habit; one line for many. */
function reasons(tests) {
  const groups = new Map();
  for (const { ancestorTitles, title } of tests) {
    const key = ancestorTitles.length > 0 ? ancestorTitles.join(" > ") : title;
    groups.set(key, [...(groups.get(key) ?? []), title]);
  }
  return [...groups].map(([key, titles]) =>
    titles.length === 1 ? `${key}: ${titles[0]}` : `${key} (${titles.length} tests)`,
  );
}

function parseFiles(report) {
  try {
    return JSON.parse(report ?? "").testResults;
  } catch {
    return undefined;
  }
}
