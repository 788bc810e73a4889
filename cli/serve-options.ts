/**
 * Settings of `larder serve`.
 *
 * @module
 */
import * as z from "zod";
import { checkListen, listenShape } from "../core/server/server.ts";

/** Where the live page and `/metrics` are. 9201 is next to the ports exporters take, and free among those. */
export const serveOptions = z.strictObject(listenShape(9201)).superRefine(checkListen);
export type ServeOptions = z.output<typeof serveOptions>;
