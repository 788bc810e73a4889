/**
 * Ways an input reaches an edge as bytes of the network: on a bare connection to a server of ours, and as the packet a name
 * server answers with. Servers are kept, so that an input costs a connection or a packet.
 *
 * @module
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { silentLog } from "../../core/log.ts";
import { type Route, startServer } from "../../core/server/server.ts";

/** Of every server that is asked. */
export const TOKEN = "0123456789abcdef0123456789abcdef";
/** No head or body comes slowly: what is not whole when the sender ends is refused at once. */
const CLOSED_WITHIN_MS = 15_000;

const WELL: Route = { method: "GET", path: "/well", answer: () => ({ status: 200, headers: {}, body: "well" }) };

/** Sends the input on a connection of its own; behind it a good request on another one is answered. */
export function asRequest(routesOf: () => Promise<readonly Route[]>): (input: Buffer) => Promise<unknown> {
  let started: Promise<{ readonly port: number; readonly agent: Agent }> | undefined;
  const start = async () => {
    const tokens = [{ name: "fuzz", token: TOKEN }];
    const routes = [...(await routesOf()), WELL];
    const { port } = await startServer({ host: "127.0.0.1", port: 0, routes, tokens, browsers: true, log: silentLog });
    return { port, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
  };
  return async (input) => {
    started ??= start();
    const { port, agent } = await started;
    const text = await answerTo(input, port);
    const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
    if (text !== "" && statuses.length === 0) throw new Error(`it answered ${text.slice(0, 60)}`);
    if (statuses.some((status) => status >= 500 && status !== 503)) throw new Error(`it answered ${statuses.join()}`);
    if (text.includes(TOKEN)) throw new Error("the answer shows the token");
    const well = await isWell(port, agent);
    if (well !== 200) throw new Error(`a good request behind it was answered ${well}`);
    return statuses;
  };
}

/** All that comes back; a feed is left after its first piece. */
async function answerTo(input: Buffer, port: number): Promise<string> {
  // a reset is an answer as well: the server has left what it did not read
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  let text = "";
  let isSilent = false;
  socket.setTimeout(CLOSED_WITHIN_MS, () => {
    isSilent = true;
    socket.destroy();
  });
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
    if (text.includes("text/event-stream")) socket.destroy();
  });
  socket.end(input);
  await new Promise((resolve) => socket.once("close", resolve));
  if (isSilent) throw new Error("it was not closed");
  return text;
}

async function isWell(port: number, agent: Agent): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const asked = request({ host: "127.0.0.1", port, path: "/well", agent, headers });
  asked.end();
  const [answer] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return answer.statusCode;
}

let packet: Buffer = Buffer.alloc(0);
let nameServer: Promise<string> | undefined;

/** Answers every question of a name server with the input, under the number of the question. */
export function asPacket<T>(run: (server: string) => Promise<T>): (input: Buffer) => Promise<T> {
  return async (input) => {
    packet = input;
    nameServer ??= startNameServer();
    return await run(await nameServer);
  };
}

async function startNameServer(): Promise<string> {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    const answer = Buffer.from(packet);
    question.copy(answer, 0, 0, Math.min(2, answer.length));
    socket.send(answer.subarray(0, 65_000), from.port, from.address, () => undefined);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.unref();
  return `127.0.0.1:${(socket.address() as AddressInfo).port}`;
}

/** A name as packets have it. */
function packedName(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.alloc(1)]);
}

/** A name server's answer: TXT records of these strings. */
export function txtPacket(name: string, ...strings: Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(strings.length, 6);
  const records = strings.map((text) => {
    // the name of the question, TXT, IN, a minute, how long
    const start = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, text.length + 1, text.length]);
    return Buffer.concat([start, text]);
  });
  return Buffer.concat([head, packedName(name), Buffer.from([0, 16, 0, 1]), ...records]);
}
