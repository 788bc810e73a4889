/**
 * The report of warming, with what the cache on this computer knows of its effect.
 *
 * @module
 */
import { join } from "node:path";
import { errorText } from "../../core/errors.ts";
import { discoverTargets } from "../discovery/discovery.ts";
import type { PrecacheOptions } from "../options.ts";
import { readLastAsked } from "./last-asked.ts";
import { type WarmReport, warmReport } from "./warm-report.ts";

export type { WarmReport } from "./warm-report.ts";

export interface ReportRequest {
  readonly options: PrecacheOptions;
  readonly stateDir: string;
  readonly timeZone: string;
  /** From here, inclusive, to there, exclusive; Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Called with what is missing, as the end of a sentence that begins with "without". */
  readonly trouble: (text: string) => void;
}

/** Cost and effect of the runs of that time. @throws LarderError of the journal */
export async function reportOf({ options, trouble, ...request }: ReportRequest): Promise<WarmReport> {
  const asked = await lastAsked(options, trouble);
  return await warmReport(request.stateDir, request, asked);
}

async function lastAsked(options: PrecacheOptions, trouble: ReportRequest["trouble"]) {
  const { dataPath } = await discoverTargets(options, { attended: false });
  if (dataPath === undefined) return undefined;
  try {
    return await readLastAsked(join(dataPath, "AssetInfo.db"));
  } catch (error) {
    trouble(`AssetInfo.db: ${errorText(error)}`);
    return undefined;
  }
}
