/**
 * Servers for the warming benches: nginx from Debian where it can be had (unpacked under .engines/, no root, no service),
 * and the stand-in cache with its origin as a process of its own.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = new URL("../..", import.meta.url).pathname;

export interface BenchServer {
  readonly url: string;
  stop(): void;
}

/** nginx over a folder, as the reference's prototypes had it: one worker, sendfile, keep-alive. */
export async function startNginx(folder: string): Promise<BenchServer> {
  const program = nginxProgram();
  const port = await freePort();
  const work = mkdtempSync(join(tmpdir(), "larder-nginx-"));
  const conf = join(work, "nginx.conf");
  writeFileSync(
    conf,
    `worker_processes 1; daemon off; pid ${work}/pid; error_log ${work}/error.log; user root;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; keepalive_timeout 60s;
  client_body_temp_path ${work}/b; proxy_temp_path ${work}/p; fastcgi_temp_path ${work}/f; uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;
  default_type application/octet-stream;
  server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  );
  const server = spawn(program, ["-c", conf, "-p", work, "-e", join(work, "error.log")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  process.once("exit", () => rmSync(work, { recursive: true, force: true }));
  return { url, stop: () => server.kill("SIGTERM") };
}

/** The stand-in cache and its origin, in a process of their own. */
export async function startStandIn(
  folder: string,
  originLatencyMs: number,
): Promise<BenchServer & { flush(): Promise<{ origin: number; cache: number }> }> {
  const options = JSON.stringify({ folder, originLatencyMs, keepAlive: true });
  const server = spawn(process.execPath, ["--import", "tsx", join(root, "fixtures/content-cache/main.ts"), options], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: root,
  }) as ChildProcess & { stdin: NonNullable<ChildProcess["stdin"]>; stdout: NonNullable<ChildProcess["stdout"]> };
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  const { url } = (await next()) as { url: string };
  return {
    url,
    stop: () => server.kill("SIGTERM"),
    flush: async () => {
      server.stdin.write("flush\n");
      return (await next()) as { origin: number; cache: number };
    },
  };
}

/** nginx of this computer, or Debian's unpacked once. */
function nginxProgram(): string {
  const folder = join(root, ".engines", "nginx");
  const own = join(folder, "usr/sbin/nginx");
  if (existsSync("/usr/sbin/nginx")) return "/usr/sbin/nginx";
  if (existsSync(own)) return own;
  mkdirSync(folder, { recursive: true });
  execFileSync("apt-get", ["download", "nginx"], { cwd: folder, stdio: "ignore" });
  const deb = readdirSync(folder).find((name) => name.endsWith(".deb"));
  if (deb === undefined) throw new Error("apt-get brought no nginx");
  execFileSync("dpkg", ["-x", deb, "."], { cwd: folder });
  return own;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answering(url: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (
      await fetch(url)
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined)
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer`);
}
