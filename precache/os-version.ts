/**
 * Versions of Apple's systems: compared by their numbers, asked for by their beginning.
 *
 * @module
 */

/** The version without the `9.9.` that full images of iOS carry before it. */
export function plainVersion(version: string): string {
  return version.startsWith("9.9.") ? version.slice("9.9.".length) : version;
}

/** Below zero when `a` is older than `b`: by number, part by part; missing parts are zero; then letters (`26.3.1 (a)`). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  const [mine, other] = [lettersOf(a), lettersOf(b)];
  return mine === other ? 0 : mine < other ? -1 : 1;
}

/** Whether a version is one that was asked for: `26` takes 26.0 and 26.6.1, `26.6` takes 26.6.1, never 260 or 26.61. */
export function matchesVersion(wanted: string, version: string): boolean {
  const [want, have] = [plainVersion(wanted).split("."), plainVersion(version).split(/[. ]/)];
  return want.every((part, i) => part === (have[i] ?? "0"));
}

function numbersOf(version: string): number[] {
  return (/^[\d.]+/.exec(plainVersion(version.trim()))?.[0] ?? "").split(".").map(Number);
}

function lettersOf(version: string): string {
  return plainVersion(version.trim())
    .replace(/^[\d.]+/, "")
    .trim();
}
