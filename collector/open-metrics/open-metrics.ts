/**
 * `/metrics`: the newest readings of a journal and what was counted since larder started, kept current by what is new.
 *
 * @module
 */
import { cutNow, follow, type Places, readPoint, scanLines } from "../../core/history/history.ts";
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import type { ParsedLine } from "../../core/line/line.ts";
import { VERSION } from "../../core/version.ts";
import { exposition, type Family, type Format } from "./exposition.ts";
import { FAMILIES } from "./families.ts";
import { counterSamples, gaugeSamples, infoSamples, type Known, timeSamples } from "./samples.ts";

export { CONTENT_TYPES, formatFor } from "./exposition.ts";

/** Readings older than this are of a cache that is gone: they are shown no longer. */
const NEWEST_MS = 2 * 86_400_000;
/** A clock may be a little ahead of ours. */
const AHEAD_MS = 3_600_000;
const MEASUREMENTS = [...new Set(FAMILIES.map(({ measurement }) => measurement))];

/** A journal as Prometheus sees it. One for all who ask. */
export class OpenMetrics {
  readonly #stateDir: string;
  readonly #known = new Map<string, Known>(
    MEASUREMENTS.map((name) => [name, { newest: new Map(), counted: new Map() }]),
  );
  #places: Places | undefined;
  #updating: Promise<void> | undefined;

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
  }

  /**
   * The text for a scraper, as of now.
   * @throws LarderError `JOURNAL_READ` when the journal cannot be read
   */
  async text(format: Format, nowMs: number): Promise<string> {
    this.#updating ??= this.#update(nowMs).finally(() => {
      this.#updating = undefined;
    });
    await this.#updating;
    return exposition([OURS, ...this.#families(nowMs)], format);
  }

  /** The first time reads the newest, and counting begins there; then only what is new is read. */
  async #update(nowMs: number): Promise<void> {
    if (this.#places === undefined) {
      const { places } = await cutNow(this.#stateDir);
      const span = { fromMs: nowMs - NEWEST_MS, toMs: nowMs + AHEAD_MS };
      const wanted = MEASUREMENTS.map((measurement) => ({
        ...{ measurement, ...span },
        take: (line: ParsedLine) => this.#takeNewest(line),
      }));
      await scanLines(this.#stateDir, { streams: RAW_STREAMS, wanted, until: places });
      this.#places = places;
      return;
    }
    const take = (line: ParsedLine): void => {
      this.#takeNewest(line);
      this.#count(line);
    };
    const wanted = MEASUREMENTS.map((measurement) => ({ measurement, take }));
    const { places } = await follow(this.#stateDir, this.#places, { streams: RAW_STREAMS, wanted });
    this.#places = { ...this.#places, ...places };
  }

  #takeNewest(line: ParsedLine): void {
    const known = this.#known.get(line.measurement)?.newest;
    const before = known?.get(line.tagText)?.point.timeMs;
    if (before !== undefined && line.timeMs < before) return;
    const beforeMs = before === line.timeMs ? known?.get(line.tagText)?.beforeMs : before;
    known?.set(line.tagText, { point: readPoint(line), beforeMs });
  }

  #count(line: ParsedLine): void {
    const counted = this.#known.get(line.measurement)?.counted;
    const sums = counted?.get(line.tagText) ?? new Map<string, number>();
    for (const [name, value] of readPoint(line).fields) {
      const number = "integer" in value ? Number(value.integer) : "float" in value ? value.float : undefined;
      if (number !== undefined && number > 0) sums.set(name, (sums.get(name) ?? 0) + number);
    }
    counted?.set(line.tagText, sums);
  }

  #families(nowMs: number): Family[] {
    for (const { newest } of this.#known.values()) {
      for (const [series, { point }] of newest) if (point.timeMs < nowMs - NEWEST_MS) newest.delete(series);
    }
    return FAMILIES.map((plan): Family => {
      const known = this.#known.get(plan.measurement) as Known;
      if (plan.type === "counter") return { ...plan, samples: counterSamples(plan, known) };
      if (plan.type === "info") return { ...plan, samples: infoSamples(plan, known) };
      return { ...plan, samples: "time" in plan ? timeSamples(plan, known) : gaugeSamples(plan, known) };
    });
  }
}

const OURS: Family = {
  ...{ name: "larder_build", type: "info", help: "The version of larder that answers." },
  samples: [{ labels: { version: VERSION }, value: 1 }],
};
