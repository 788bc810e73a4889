/**
 * Brings boards into a running Grafana: creates what is missing, changes what differs, leaves the rest alone.
 *
 * Idempotent by uid. Two generations of Grafana's API are spoken: `/apis/…` of Grafana 12 and later where the server
 * lists it, and `/api/…` otherwise. A board differs when something we say is missing or another in the server's copy;
 * what a server adds is not a difference.
 *
 * @module
 */

import { differences, type GrafanaApi, openApi } from "./api/api.ts";
import { boards } from "./dashboards/dashboards.ts";
import { type Installation, uidOf } from "./installation.ts";

export interface PushOptions {
  /** Base address, a path such as `/grafana` included. */
  readonly url: string;
  /** A service account's token. */
  readonly token: string;
  /** Only says what it would do. */
  readonly dryRun: boolean;
  /** `default` is organisation 1; others are `org-<id>`. */
  readonly namespace?: string;
  readonly signal?: AbortSignal;
}

/** What was, or would be, done with one thing. */
export interface PushChange {
  readonly what: "folder" | "board";
  readonly uid: string;
  readonly title: string;
  readonly action: "create" | "change" | "keep";
  /** What differs, one line each. */
  readonly differences: readonly string[];
}

export interface PushReport {
  /** The API that was spoken. */
  readonly api: string;
  readonly dryRun: boolean;
  readonly changes: readonly PushChange[];
}

/**
 * Pushes all boards of an installation into their folder.
 * @throws LarderError `GRAFANA_DENIED` for a token that may not, `GRAFANA_REFUSED` for any other refusal, and those of
 * `core/http/http.ts`. Boards are written one by one: those before a failure stay written.
 */
export async function push(installation: Installation, options: PushOptions): Promise<PushReport> {
  const built = Object.values(boards(installation));
  const api = await openApi(options);
  const folder = { uid: uidOf(installation, "folder"), title: installation.prefix };
  const changes = [await pushFolder(api, folder, options.dryRun)];
  for (const board of built) {
    const there = await api.board(board.uid);
    const found = there === undefined ? [] : differences(board, there.board);
    if (there !== undefined && there.folderUid !== folder.uid) {
      found.push(`folder: ${there.folderUid ?? "none"} -> ${folder.uid}`);
    }
    const action = there === undefined ? "create" : found.length > 0 ? "change" : "keep";
    if (action !== "keep" && !options.dryRun) await api.saveBoard(board, folder.uid, there);
    changes.push({ what: "board", uid: board.uid, title: board.title, action, differences: found });
  }
  return { api: api.name, dryRun: options.dryRun, changes };
}

async function pushFolder(
  api: GrafanaApi,
  folder: { uid: string; title: string },
  dryRun: boolean,
): Promise<PushChange> {
  const exists = await api.hasFolder(folder.uid);
  if (!exists && !dryRun) await api.createFolder(folder.uid, folder.title);
  return { what: "folder", ...folder, action: exists ? "keep" : "create", differences: [] };
}
