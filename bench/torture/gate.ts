/**
 * A line of the network that can be cut: between a program and a server, byte for byte.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** `open`; `cut`: nobody is there; `deaf`: it takes what is sent and never answers; `mute`: what is sent arrives, the answer is lost. */
export type GateState = "open" | "cut" | "deaf" | "mute";

export class Gate {
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #state: GateState = "open";
  #port = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((socket) => this.#join(socket));
  }

  static async to(target: string): Promise<Gate> {
    const gate = new Gate(target);
    gate.#server.listen(0, "127.0.0.1");
    await once(gate.#server, "listening");
    gate.#port = (gate.#server.address() as AddressInfo).port;
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What is under way is cut. */
  become(state: GateState): void {
    this.#state = state;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.become("cut");
    this.#server.close();
  }

  #join(near: Socket): void {
    this.#hold(near);
    if (this.#state === "cut") near.destroy();
    if (this.#state === "cut" || this.#state === "deaf") {
      near.resume();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#hold(far);
    near.pipe(far);
    if (this.#state === "open") far.pipe(near);
    else far.once("data", () => near.destroy());
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
