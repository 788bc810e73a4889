/**
 * `larder influx setup`: makes the databases, retention policies and buckets that the sinks of the settings write to.
 *
 * Finding is reading; nothing is changed before `apply` is called. What is there already is left as it is, unless a
 * time to keep was asked for by name.
 *
 * @module
 */
import type { Log } from "../../../core/log.ts";
import { basicAuthorization } from "../endpoint.ts";
import type { SinkOptions } from "../options.ts";
import { readSinkSecrets } from "../sink-secrets.ts";
import type { InfluxAdmin } from "./influx-admin.ts";
import { influxV1Admin } from "./influx-v1-admin.ts";
import { influxV2Admin } from "./influx-v2-admin.ts";
import { type KeepDays, planSteps, type SetupStep, wantedPlaces } from "./setup-plan.ts";

export type { KeepDays, SetupStep } from "./setup-plan.ts";

/** A step with what it would send, and the way to do it. */
export interface PlannedStep extends SetupStep {
  /** The statement or request; "" where nothing is to be done. */
  readonly statement: string;
  /** Does it; does nothing for `keep` and `none`. */
  apply(): Promise<void>;
}

/**
 * What must be done on the servers of these sinks, in order.
 * @throws LarderError `SETUP_DENIED` or `SETUP_REFUSED`, `CONFIG_SECRET`, or an error of the HTTP door.
 */
export async function planInfluxSetup(sinks: readonly SinkOptions[], keep: KeepDays, log: Log): Promise<PlannedStep[]> {
  const steps: PlannedStep[] = [];
  for (const sink of sinks) {
    const admin = await adminOf(sink, log);
    const wanted = wantedPlaces(sink, keep);
    const found = await admin?.findPlaces(wanted);
    if (admin === undefined || found === undefined) {
      steps.push({ ...nothingToDo(sink), statement: "", apply: async () => {} });
      continue;
    }
    for (const step of planSteps(wanted, found)) steps.push(withAdmin(step, admin));
  }
  return steps;
}

function withAdmin(step: SetupStep, admin: InfluxAdmin): PlannedStep {
  const acts = step.action === "create" || step.action === "change";
  return {
    ...step,
    statement: acts ? admin.describe(step) : "",
    apply: async () => {
      if (acts) await admin.apply(step);
    },
  };
}

async function adminOf({ name, ...target }: SinkOptions, log: Log): Promise<InfluxAdmin | undefined> {
  if (target.type === "victoriametrics") return undefined;
  const { password, token } = await readSinkSecrets(name, target, { log });
  const { url, timeoutSeconds, caFile } = target;
  const server = { url, timeoutMs: timeoutSeconds * 1000, caFile };
  if (target.type === "influx1") {
    return influxV1Admin({ ...server, authorization: basicAuthorization(target.username, password) });
  }
  return influxV2Admin({ ...server, authorization: token === undefined ? undefined : `Token ${token}` }, target.org);
}

function nothingToDo({ name, type, url }: SinkOptions): SetupStep {
  const said =
    type === "victoriametrics"
      ? "makes places at the first write; start it with -retentionPeriod=5y -dedup.minScrapeInterval=1ms"
      : "makes databases at the first write";
  return { sink: name, action: "none", kind: "server", name: url, said, wanted: undefined, found: undefined };
}
