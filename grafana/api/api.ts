/**
 * The two generations of Grafana's HTTP API, behind one face.
 *
 * Sources: grafana.com, "API migration" and "Folder/Dashboard HTTP API" of 13.3. The newer one is like Kubernetes:
 * things have a name (our uid), a spec and a resource version. The older one is deprecated but answers everywhere.
 *
 * @module
 */

import * as z from "zod";
import { LarderError } from "../../core/errors.ts";
import { type HttpResponse, httpRequest, publicUrl } from "../../core/http/http.ts";
import { excerpt } from "../../core/revealed.ts";
import type { Dashboard } from "../look/look.ts";

export { differences } from "./json-diff.ts";

/** A board as the server has it. */
export interface ServerBoard {
  readonly board: unknown;
  readonly folderUid: string | undefined;
  /** What the newer API wants back with a change. */
  readonly resourceVersion?: string;
}

/** What pushing needs of a server. */
export interface GrafanaApi {
  readonly name: string;
  hasFolder(uid: string): Promise<boolean>;
  createFolder(uid: string, title: string): Promise<void>;
  board(uid: string): Promise<ServerBoard | undefined>;
  saveBoard(board: Dashboard, folderUid: string, there: ServerBoard | undefined): Promise<void>;
}

export interface ApiOptions {
  readonly url: string;
  readonly token: string;
  readonly namespace?: string;
  readonly signal?: AbortSignal;
}

const DASHBOARDS = "dashboard.grafana.app";
const FOLDERS = "folder.grafana.app";
const MESSAGE = "larder grafana push";

const healthSchema = z.object({ database: z.string() });
const groupSchema = z.object({ versions: z.array(z.object({ version: z.string() })) });
const resourceSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.record(z.string(), z.unknown()),
});
const legacySchema = z.object({
  dashboard: z.record(z.string(), z.unknown()),
  meta: z.object({ folderUid: z.string().optional() }),
});

/** The newest API the server has: it is asked which versions it serves; 404 there means the older generation. */
export async function openApi(options: ApiOptions): Promise<GrafanaApi> {
  checkAddress(options.url);
  const client = clientOf(options);
  await expectGrafana(client, options.url);
  const boards = await servedVersion(client, DASHBOARDS);
  const folders = boards === undefined ? undefined : await servedVersion(client, FOLDERS);
  if (boards === undefined || folders === undefined) return legacyApi(client);
  return resourceApi(client, boards, folders, options.namespace ?? "default");
}

/** @throws LarderError `GRAFANA_SETTING` for an address that is not one of the web. */
function checkAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new LarderError(`Cannot use the address "${url}": expected it to begin with http:// or https://`, {
    code: "GRAFANA_SETTING",
    next: `use --url http://${url}`,
  });
}

/** A Grafana without our boards and a wrong path look alike: both answer 404. Every Grafana answers here. */
async function expectGrafana(client: Client, url: string): Promise<void> {
  const answer = await client("GET", "/api/health").catch((error: unknown) => {
    // a proxy may guard this page and yet let the token through
    if (error instanceof LarderError && error.code === "GRAFANA_DENIED") return undefined;
    throw error;
  });
  if (answer === undefined || healthSchema.safeParse(jsonOf(answer)).success) return;
  const what = answer.status === 404 ? "answered 404" : "gave an answer that is not Grafana's";
  throw new LarderError(`Cannot find a Grafana at "${publicUrl(url)}": api/health ${what}`, {
    code: "GRAFANA_ANSWER",
    state: "nothing was written",
    next: "give the address of Grafana's own pages, with the path it is served under, such as https://example.org/grafana",
  });
}

type Client = (method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Promise<HttpResponse>;

function clientOf({ url, token, signal }: ApiOptions): Client {
  const base = url.replace(/\/+$/, "");
  return async (method, path, body) => {
    const answer = await httpRequest({
      url: `${base}${path}`,
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: 30_000,
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status < 300 || answer.status === 404) return answer;
    throw refusal(method, `${base}${path}`, answer);
  };
}

function refusal(method: string, url: string, answer: HttpResponse): LarderError {
  const said = excerpt(answer.body.toString("utf8"), 300).replaceAll(/\s+/g, " ");
  const what = `Cannot ${method} "${publicUrl(url)}": Grafana answered ${answer.status}`;
  if (answer.status === 401 || answer.status === 403) {
    return new LarderError(`${what}, the token may not do this: ${said}`, {
      code: "GRAFANA_DENIED",
      state: "boards written before stay as they are now",
      next: "give the service account the role Editor, or the permissions dashboards:write and folders:create",
    });
  }
  return new LarderError(`${what}: ${said}`, {
    code: "GRAFANA_REFUSED",
    state: "boards written before stay as they are now",
    retryable: answer.status >= 500 || answer.status === 429,
  });
}

/** `v1` before its betas; undefined where the server does not know the group or has only generations we do not speak. */
async function servedVersion(client: Client, group: string): Promise<string | undefined> {
  const answer = await client("GET", `/apis/${group}`).catch((error: unknown) => {
    // a token may be allowed to write boards and yet not to list APIs
    if (error instanceof LarderError && error.code === "GRAFANA_DENIED") return undefined;
    throw error;
  });
  if (answer === undefined || answer.status === 404) return undefined;
  const parsed = groupSchema.safeParse(jsonOf(answer));
  const versions = parsed.success ? parsed.data.versions.map(({ version }) => version) : [];
  return ["v1", "v1beta1"].find((version) => versions.includes(version));
}

function resourceApi(client: Client, boards: string, folders: string, namespace: string): GrafanaApi {
  const path = (group: string, version: string, kind: string): string =>
    `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${kind}`;
  const boardsPath = path(DASHBOARDS, boards, "dashboards");
  const foldersPath = path(FOLDERS, folders, "folders");
  return {
    name: `${DASHBOARDS}/${boards}`,
    hasFolder: async (uid) => (await client("GET", `${foldersPath}/${uid}`)).status !== 404,
    createFolder: async (uid, title) => {
      const body = { apiVersion: `${FOLDERS}/${folders}`, kind: "Folder", metadata: { name: uid }, spec: { title } };
      await expectFound(client("POST", foldersPath, body), foldersPath);
    },
    board: async (uid) => {
      const answer = await client("GET", `${boardsPath}/${uid}`);
      if (answer.status === 404) return undefined;
      const { metadata, spec } = parse(resourceSchema, answer, boardsPath);
      return {
        board: spec,
        folderUid: metadata.annotations?.["grafana.app/folder"],
        ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      };
    },
    saveBoard: async ({ uid, version: _, ...spec }, folderUid, there) => {
      const annotations = { "grafana.app/folder": folderUid, "grafana.app/message": MESSAGE };
      const version = there?.resourceVersion;
      const metadata = { name: uid, annotations, ...(version === undefined ? {} : { resourceVersion: version }) };
      const body = { apiVersion: `${DASHBOARDS}/${boards}`, kind: "Dashboard", metadata, spec };
      if (there === undefined) await expectFound(client("POST", boardsPath, body), boardsPath);
      else await expectFound(client("PUT", `${boardsPath}/${uid}`, body), boardsPath);
    },
  };
}

function legacyApi(client: Client): GrafanaApi {
  return {
    name: "api/dashboards",
    hasFolder: async (uid) => (await client("GET", `/api/folders/${uid}`)).status !== 404,
    createFolder: async (uid, title) => {
      await expectFound(client("POST", "/api/folders", { uid, title }), "/api/folders");
    },
    board: async (uid) => {
      const answer = await client("GET", `/api/dashboards/uid/${uid}`);
      if (answer.status === 404) return undefined;
      const { dashboard, meta } = parse(legacySchema, answer, "/api/dashboards/uid");
      return { board: dashboard, folderUid: meta.folderUid };
    },
    saveBoard: async (dashboard, folderUid) => {
      const body = { dashboard: { ...dashboard, id: null }, folderUid, overwrite: true, message: MESSAGE };
      await expectFound(client("POST", "/api/dashboards/db", body), "/api/dashboards/db");
    },
  };
}

/** Nothing to write to is a refusal, not an absence. */
async function expectFound(answer: Promise<HttpResponse>, path: string): Promise<void> {
  const { status } = await answer;
  if (status !== 404) return;
  throw new LarderError(`Cannot write to "${path}": Grafana answered 404, expected it to be there`, {
    code: "GRAFANA_REFUSED",
    next: "check the address: that of Grafana's own pages, with the path it is served under",
  });
}

function parse<T>(schema: z.ZodType<T>, answer: HttpResponse, path: string): T {
  const parsed = schema.safeParse(jsonOf(answer));
  if (parsed.success) return parsed.data;
  throw new LarderError(`Cannot read "${path}": the answer does not have the form of a dashboard`, {
    code: "GRAFANA_ANSWER",
    cause: parsed.error,
  });
}

function jsonOf(answer: HttpResponse): unknown {
  try {
    return JSON.parse(answer.body.toString("utf8"));
  } catch {
    return undefined;
  }
}
