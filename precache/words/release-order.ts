/**
 * Which of two releases comes later, by version and build. Pure.
 *
 * A version may be built more than once: betas and release candidates before it, builds for some models beside it, a
 * second build soon after the first. Nobody is given what a later build of the same version replaces.
 *
 * @module
 */

import type { Asset } from "./asset.ts";
import { branchOf, isLaterBuild } from "./build-number.ts";
import { compareVersions, isPrerelease, releaseNumbers } from "./os-version.ts";

/** What distinguishes one release from another. */
export interface ReleaseName {
  readonly version: string;
  readonly build: string | undefined;
}

/**
 * Whether a release is newer than what is installed. Inventories write `26.1` for its betas and candidates too, so of one
 * version the build decides.
 */
export function isNewerThan(release: ReleaseName, installed: ReleaseName): boolean {
  const order = compareVersions(releaseNumbers(release.version), releaseNumbers(installed.version));
  if (order !== 0) return order > 0;
  if (compareVersions(release.version, installed.version) > 0) return true;
  return release.build !== undefined && installed.build !== undefined && isLaterBuild(release.build, installed.build);
}

/** The same for all assets of one version and for what leads to it; an addition such as `26.3.1 (a)` is its own. */
export function releaseKey(version: string): string {
  const numbers = releaseNumbers(version);
  return isPrerelease(version) || compareVersions(version, numbers) === 0 ? numbers : version;
}

/**
 * Of assets of one version those that no other replaces for the same models: no beta beside its final version, no first
 * build beside the second.
 */
export function withoutReplaced<Of extends Pick<Asset, "version" | "build" | "models">>(assets: readonly Of[]): Of[] {
  const releases = new Map<string, { name: ReleaseName; models: Set<string>; anyModel: boolean }>();
  for (const { version, build, models } of assets) {
    if (version === undefined) continue;
    const key = `${version}/${build}`;
    const release = releases.get(key) ?? { name: { version, build }, models: new Set<string>(), anyModel: false };
    for (const model of models) release.models.add(model);
    releases.set(key, { ...release, anyModel: release.anyModel || models.length === 0 });
  }
  if (releases.size < 2) return [...assets];
  return assets.filter(({ version, build, models }) => {
    if (version === undefined) return true;
    const mine = { version, build };
    return ![...releases.values()].some(
      (other) =>
        replaces(other.name, mine) &&
        (other.anyModel || models.length === 0 || models.some((model) => other.models.has(model))),
    );
  });
}

function replaces(later: ReleaseName, earlier: ReleaseName): boolean {
  if (isPrerelease(earlier.version)) {
    const order = compareVersions(later.version, earlier.version);
    if (order !== 0) return order > 0;
  } else if (isPrerelease(later.version)) return false;
  return later.build !== undefined && earlier.build !== undefined && isLaterBuild(later.build, earlier.build);
}

/** The newest of a series: of its highest version every build that no other of its branch comes after. */
export class Newest {
  private version: string | undefined;
  private readonly builds = new Map<string, string>();

  add({ version, build }: ReleaseName): void {
    const order = this.version === undefined ? 1 : compareVersions(version, this.version);
    if (order < 0) return;
    if (order > 0) this.builds.clear();
    this.version = version;
    const branch = build === undefined ? undefined : branchOf(build);
    if (build === undefined || branch === undefined) return;
    const known = this.builds.get(branch);
    if (known === undefined || isLaterBuild(build, known)) this.builds.set(branch, build);
  }

  holds({ version, build }: ReleaseName): boolean {
    if (this.version === undefined || compareVersions(version, this.version) !== 0) return false;
    const branch = build === undefined ? undefined : branchOf(build);
    if (build === undefined || branch === undefined) return true;
    return !isLaterBuild(this.builds.get(branch) ?? build, build);
  }
}
