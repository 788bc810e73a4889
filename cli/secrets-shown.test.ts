/** Secrets of a program that runs on: in what it says when it breaks, and in what it shows of a server that repeats them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteFile } from "../fixtures/content-cache/sqlite-file.ts";
import { larderInProcess, PROGRAM } from "./testing/in-process.ts";

const PASSWORD = "hunter2-PASSWORD-hunter2";
const TOKEN = "hunter2-TOKEN-hunter2";

let folder: string;
let echo: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lshown-"));
  echo = createServer((request, response) => {
    request.resume();
    const login = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString();
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: `${login} may not write: ${PASSWORD} ${request.headers.authorization}` }));
  });
  await once(echo.listen(0, "127.0.0.1"), "listening");
  const db = await openSqliteFile(join(folder, "Metrics.db"));
  db.run("CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)");
  const now = Date.now() / 1000 - 978_307_200 - 60;
  db.run(`INSERT INTO ZMETRIC (ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT) VALUES (${now}, 41)`);
  db.save();
  db.close();
  await writeFile(join(folder, "password"), PASSWORD, { mode: 0o600 });
  await writeFile(join(folder, "token"), TOKEN, { mode: 0o600 });
  const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/`;
  const login = { username: "u", password: { file: join(folder, "password") } };
  const settings = {
    ...{ server: "c1", stateDir: join(folder, "state"), spreadSeconds: 0 },
    sources: { metricsDb: { path: join(folder, "Metrics.db") }, metricsSqlite: { enabled: false } },
    sinks: [{ name: "main", type: "influx1", url, database: "d", ...login }],
    serve: { tokenFile: join(folder, "token") },
  };
  await writeFile(join(folder, "larder.json"), JSON.stringify(settings));
});
afterAll(async () => {
  echo.closeAllConnections();
  echo.close();
  await rm(folder, { recursive: true, force: true });
});

const FORMS = [PASSWORD, TOKEN, Buffer.from(`u:${PASSWORD}`).toString("base64")];

function expectNone(text: string): void {
  for (const form of FORMS) expect(text).not.toContain(form);
}

async function contentOf(path: string): Promise<string> {
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  const files = found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return (await Promise.all(files.map(async (file) => await readFile(file, "latin1")))).join("\n");
}

/** Breaks the program from within, once it has its secrets, in a way nobody waits for. */
const breaking = (how: string): string => `
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (...all) => {
  // the answer of the first pass: its sink was asked
  setTimeout(() => { const why = new Error("cannot go on with ${PASSWORD}"); ${how} }, 10);
  return write(...all);
};
`;

describe("a program that breaks", () => {
  it.each([
    ["an exception nobody catches", "throw why"],
    ["a promise nobody waits for", "void Promise.reject(why)"],
    ["something thrown that is no error", "throw why.message"],
  ])("ends with 1 and no secret: %s", async (_what, how) => {
    const script = `data:text/javascript,${encodeURIComponent(breaking(how))}`;
    const words = ["--import", script, PROGRAM, "collect", "--json", "-c", join(folder, "larder.json")];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (piece: Buffer) => {
      said += piece.toString();
    });
    child.stderr.on("data", (piece: Buffer) => {
      said += piece.toString();
    });
    const [code] = (await once(child, "close")) as [number];
    expect([code, said]).toEqual([1, expect.stringContaining("cannot go on with (secret)")]);
    expectNone(said);
  });
});

describe("what is shown", () => {
  it("of a server that repeats its login is without it: the page, its data, metrics, health, reports, the journal", async () => {
    const { out, err } = await larderInProcess(["collect", "--once", "--json", "-c", join(folder, "larder.json")]);
    expect(out).toContain("may not write");
    expectNone(out + err);
    let shown = await contentOf(join(folder, "state"));
    let found: (url: string) => void = () => undefined;
    const started = new Promise<string>((done) => {
      found = done;
    });
    const words = ["serve", "--json", "--port", "0", "-c", join(folder, "larder.json")];
    const running = larderInProcess(words, "", (text) => {
      const url = /"url": *"([^"]+)"/.exec(text)?.[1];
      if (url !== undefined) found(url);
    });
    const url = await Promise.race([started, running.then(({ err: why }) => Promise.reject(new Error(why)))]);
    try {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const paths = ["", "metrics", "healthz", "cache/c1", "nothing"];
      for (const path of paths) {
        const answer = await fetch(`${url}${path}`, { headers });
        shown += `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
      }
      const first = await fetch(`${url}?token=${TOKEN}`, { redirect: "manual" });
      shown += JSON.stringify([...first.headers]);
    } finally {
      process.emit("SIGINT", "SIGINT");
      const served = await running;
      shown += served.out + served.err;
    }
    expect(shown).toContain("main");
    for (const form of ["html", "csv", "json"]) {
      const file = join(folder, `report.${form}`);
      const flags = ["--from", "1d", "--format", form, "--out", file, "-c", join(folder, "larder.json")];
      await larderInProcess(["report", ...flags]);
      shown += readFileSync(file, "latin1");
    }
    expectNone(shown);
  });
});
