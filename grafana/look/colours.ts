/**
 * The colours of panels, and those of a threshold.
 *
 * @module
 */
import type { Threshold } from "../../core/thresholds.ts";

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

/** Grafana's steps of a threshold: a colour holds from its value on. @param fine the colour of what is well */
export function thresholdSteps(
  threshold: Threshold,
  fine: string = COLOURS.fine,
): { color: string; value: number | null }[] {
  const { watch, trouble, below } = threshold;
  if (below === true) {
    return [
      ...(trouble === undefined
        ? [{ color: COLOURS.watch, value: null }]
        : [
            { color: COLOURS.trouble, value: null },
            ...(watch === trouble ? [] : [{ color: COLOURS.watch, value: trouble }]),
          ]),
      { color: fine, value: watch },
    ];
  }
  return [
    { color: fine, value: null },
    ...(watch === trouble ? [] : [{ color: COLOURS.watch, value: watch }]),
    ...(trouble === undefined ? [] : [{ color: COLOURS.trouble, value: trouble }]),
  ];
}
