/**
 * What a life is led by: written outside the stand-in Mac, read inside.
 *
 * @module
 */

export interface LifePlan {
  /** The version that is installed first. */
  readonly version: string;
  /** That of the package which takes its place. */
  readonly newer: string;
  /** Only the main line of it, for `npm test`. */
  readonly short: boolean;
  readonly cachePort: number;
  readonly network: {
    readonly nameServers: readonly string[];
    readonly records: Readonly<Record<string, string>>;
    readonly address: string;
  };
  /** Commands of macOS that have to be run in it. */
  readonly asks: readonly string[];
}
