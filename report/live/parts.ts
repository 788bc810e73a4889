/**
 * Small parts of the live page: an age that the browser keeps current, a bar, a name from outside.
 *
 * @module
 */
import { type Level, levelOf, type Threshold } from "../../core/thresholds.ts";
import { shortened, spaced } from "../../core/words/printable.ts";
import { type Html, html } from "../page/page.ts";
import type { Words } from "../words.ts";

const MOST_CHARACTERS = 120;

/** A name from outside on a page: one line, not endless, its direction of writing its own. */
export function nameText(name: string): Html {
  return html`<bdi>${shortName(name)}</bdi>`;
}

/** The same where no element may be. */
export function shortName(name: string): string {
  return shortened(spaced(name), MOST_CHARACTERS);
}

/** How long ago something was; the browser counts on. */
export function age(ms: number, nowMs: number, words: Words): Html {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000));
  return html`<time class="age" datetime="${new Date(ms).toISOString()}">${words.fill(words.live.ago, { age: seconds })}</time>`;
}

/** A part of the page without what its ages say at this moment: the browser counts those itself. */
export function withoutAges(text: string): string {
  return text.replaceAll(/(<time class="age" [^>]*>)[^<]*/g, "$1");
}

/** A share as a bar. @param label what it says, for those who do not see it */
export function shareBar(share: number, label: string, level: Level = "fine"): Html {
  const kind = { fine: "meter", watch: "meter warn", trouble: "meter bad" }[level];
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`<svg class="${kind}" role="img" aria-label="${label}" viewBox="0 0 100 8" preserveAspectRatio="none"><rect class="track" width="100" height="8"></rect><rect class="fill" width="${width}" height="8"></rect></svg>`;
}

/** The class of a value that is judged. */
export function levelClass(threshold: Threshold, value: number): "" | "warn" | "bad" {
  return ({ fine: "", watch: "warn", trouble: "bad" } as const)[levelOf(threshold, value)];
}
