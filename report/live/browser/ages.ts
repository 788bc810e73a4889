/**
 * Ages on the page, counted on by the clock of the server.
 *
 * @module
 */
import type { Words } from "../../words.ts";

/** How far the server's clock is ahead of this computer's. */
let aheadMs = 0;

/** What time it is for the server. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}

export function setServerTime(nowMs: number): void {
  if (Number.isFinite(nowMs)) aheadMs = nowMs - Date.now();
}

/** Writes every age as it is now; old ones in whole minutes. */
export function countAges(words: Words): void {
  for (const element of document.querySelectorAll("time.age")) {
    const seconds = Math.max(0, Math.round((serverNow() - Date.parse(element.getAttribute("datetime") ?? "")) / 1000));
    if (!Number.isFinite(seconds)) continue;
    const shown = seconds < 300 ? seconds : Math.floor(seconds / 60) * 60;
    const text = words.fill(words.live.ago, { age: shown });
    if (element.textContent !== text) element.textContent = text;
  }
}
