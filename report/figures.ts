/**
 * The figures that every written form of a report shows, in a language: the tiles, a row of traffic, what warming did. Pure.
 *
 * @module
 */

import type { Report, Warming } from "./model.ts";
import { changeText } from "./titles.ts";
import type { Words } from "./words.ts";

/** A number of the whole report. */
export interface Figure {
  readonly title: string;
  readonly value: string;
  /** Against the time before; undefined where nothing is known of it. */
  readonly change: string | undefined;
}

/** Served, saved, from Apple and the hit ratio. */
export function figures({ total, before }: Report, words: Words): Figure[] {
  const { texts } = words;
  const bytes = (title: string, key: "served" | "saved" | "fromApple"): Figure => ({
    title,
    value: words.bytes(total[key]),
    change: changeText(total[key], before?.[key], words),
  });
  return [
    bytes(texts.served, "served"),
    bytes(texts.saved, "saved"),
    bytes(texts.fromApple, "fromApple"),
    {
      title: texts.hitRatio,
      value: words.percent(total.hitRatio),
      change: before?.hitRatio === undefined ? undefined : `${texts.before}: ${words.percent(before.hitRatio)}`,
    },
  ];
}

/**
 * Of a part of the time: all, from the caches, from Apple, hit ratio. What warming took in one night is given back on
 * other days, so "saved" is for the whole.
 */
export function traffic({ served, fromCaches, fromApple, hitRatio }: Report["total"], words: Words): string[] {
  return [words.bytes(served), words.bytes(fromCaches), words.bytes(fromApple), words.percent(hitRatio)];
}

/** What warming did, a title and a number in each row. */
export function warmingRows(warming: Warming, words: Words): [title: string, value: string][] {
  const { texts } = words;
  return [
    [texts.warmedFiles, words.count(warming.warmed)],
    [texts.failedFiles, words.count(warming.failed)],
    [texts.warmingCost, words.bytes(warming.bytesFromOrigin)],
    [texts.warmingEffect, words.bytes(warming.bytesServedFromDisk)],
  ];
}
