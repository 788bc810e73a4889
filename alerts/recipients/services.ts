/**
 * Which services of macOS Server mail and push their alerts.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { AlertsOptions } from "../options.ts";
import { applyRepairs } from "./apply.ts";
import type { AlertService, Repair } from "./model.ts";
import { readAlertData } from "./read.ts";
import { changing } from "./store.ts";

/** What is asked of the services. */
export interface ServiceRequest {
  /** By Apple's identifier or the name people see, in any case; empty means all. */
  readonly names: readonly string[];
  readonly on: boolean;
  readonly mail: boolean;
  readonly push: boolean;
}

export interface ServiceReport {
  readonly database: string;
  readonly changed: readonly { readonly before: AlertService; readonly after: AlertService }[];
  readonly unchanged: readonly AlertService[];
  readonly repairs: readonly Repair[];
  readonly backup: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Switches mail and push of services on or off.
 * @throws LarderError `ALERTS_UNKNOWN_SERVICE` listing those there are, and those of `changeRecipients`.
 */
export async function switchServices(
  path: string,
  request: ServiceRequest,
  options: AlertsOptions,
): Promise<ServiceReport> {
  const { plan, backup } = await changing(path, options, {
    plan: (db) => {
      const { services, repairs } = readAlertData(db);
      return { repairs, ...planServices(services, request) };
    },
    isNeeded: ({ changed, repairs }) => changed.length + repairs.length > 0,
    apply: (db, { changed, repairs }) => {
      applyRepairs(db, repairs);
      for (const { after } of changed) {
        db.run(
          "UPDATE ZADALERTBUNDLE SET ZMAILENABLED = ?, ZPUSHENABLED = ?, Z_OPT = coalesce(Z_OPT, 0) + 1 WHERE Z_PK = ?",
          [after.mail ? 1 : 0, after.push ? 1 : 0, after.row],
        );
      }
    },
  });
  return { database: path, ...plan, backup, dryRun: options.dryRun };
}

/** Which services change, and to what. Pure. */
function planServices(services: readonly AlertService[], request: ServiceRequest) {
  const asked = request.names.length === 0 ? services : request.names.flatMap((name) => findService(services, name));
  const changed: { before: AlertService; after: AlertService }[] = [];
  const unchanged: AlertService[] = [];
  for (const before of new Set(asked)) {
    const mail = request.mail ? request.on : before.mail;
    const push = request.push ? request.on : before.push;
    if (mail === before.mail && push === before.push) unchanged.push(before);
    else changed.push({ before, after: { ...before, mail, push } });
  }
  return { changed, unchanged };
}

function findService(services: readonly AlertService[], name: string): AlertService[] {
  const wanted = plain(name);
  const found = services.filter(({ bundle, name: title }) => plain(bundle) === wanted || plain(title) === wanted);
  if (found.length > 0) return found;
  throw new LarderError(
    `Cannot switch "${name}": the file knows no such service; it knows ${services.map(({ bundle }) => bundle).join(", ")}`,
    { code: "ALERTS_UNKNOWN_SERVICE", state: "nothing was changed", next: "larder alerts services list" },
  );
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/\s/g, "");
}
