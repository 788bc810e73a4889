/**
 * Where fine ends and trouble begins: one table for the colours of panels and for the alert rules.
 *
 * @module
 */

/** From `watch` on somebody should look; from `trouble` on somebody should act. `below` turns both round. */
export interface Threshold {
  readonly watch: number;
  readonly trouble: number;
  readonly below?: boolean;
}

export const THRESHOLDS = {
  /** Share served without Apple. A young cache is low; one that stays there is too small or badly placed. */
  hitRatio: { watch: 0.5, trouble: 0.25, below: true },
  /** Highest cache pressure of the last hour: above 0 the disk is too small for what is asked. */
  pressure: { watch: 0.5, trouble: 0.8 },
  /** Seconds the newest row is old: Apple writes one a minute while anybody asks. */
  lagSeconds: { watch: 3600, trouble: 21_600 },
  /** Journal bytes a sink has yet to take. */
  backlogBytes: { watch: 10_000_000, trouble: 100_000_000 },
  /** Assets of a warming run that could not be fetched. */
  warmingFailed: { watch: 1, trouble: 5 },
  /** Of anything that should not be there at all. */
  any: { watch: 1, trouble: 1 },
} as const satisfies Record<string, Threshold>;

/** A cache that has not reported for so long is silent. */
export const SILENT_AFTER = "30m";

export const COLOURS = {
  fine: "green",
  watch: "orange",
  trouble: "red",
  plain: "blue",
  none: "text",
  cache: "#2F9E6E",
  peers: "#7CC4A4",
  parents: "#5B8DB8",
  origin: "#E8833A",
} as const;

/** Grafana's threshold steps of a threshold. */
export function thresholdSteps(threshold: Threshold): { color: string; value: number | null }[] {
  const { watch, trouble, below } = threshold;
  if (below === true) {
    return [
      { color: COLOURS.trouble, value: null },
      { color: COLOURS.watch, value: trouble },
      { color: COLOURS.fine, value: watch },
    ];
  }
  const steps = [
    { color: COLOURS.fine, value: null },
    { color: COLOURS.watch, value: watch },
    { color: COLOURS.trouble, value: trouble },
  ];
  return watch === trouble ? steps.filter(({ color }) => color !== COLOURS.watch) : steps;
}
