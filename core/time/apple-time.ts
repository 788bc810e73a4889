/**
 * Core Data dates: seconds since 2001-01-01 00:00 UTC, fractional. Unix time = value + 978307200.
 * Source: Apple Platform Deployment, "Content caching metrics on Mac"; Metrics.db, AssetInfo.db and alertData.db use it.
 *
 * @module
 */

/** Seconds from the Unix epoch to the Core Data epoch. */
const APPLE_EPOCH_SECONDS = 978_307_200;

/** Core Data seconds to Unix milliseconds, rounded to the nearest. */
export function appleToUnixMs(appleSeconds: number): number {
  return Math.round(appleSeconds * 1000) + APPLE_EPOCH_SECONDS * 1000;
}

/** Unix milliseconds to Core Data seconds. */
export function unixMsToApple(unixMs: number): number {
  return unixMs / 1000 - APPLE_EPOCH_SECONDS;
}
