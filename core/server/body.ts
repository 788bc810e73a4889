/**
 * The body of a request: read once, with a limit, unpacked with the same limit.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { gunzip } from "node:zlib";
import { errorCode } from "../errors.ts";
import { type Reply, type Route, refusal } from "./exchange.ts";

/** The body, or the answer to what is too large, of another kind, or cannot be unpacked: 400, 413 or 415. */
export async function readBody(request: IncomingMessage, wanted: Route["body"]): Promise<Buffer | Reply> {
  if (wanted === undefined) {
    request.resume();
    return Buffer.alloc(0);
  }
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!wanted.types.includes(type)) return refusal(415, `This address takes ${wanted.types.join(" or ")}.`);
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip")
    return refusal(415, "This address takes gzip or no encoding.", { "accept-encoding": "gzip" });
  const packed = await readLimited(request, wanted.maxBytes);
  if (packed === undefined) return tooLarge(wanted.maxBytes);
  return encoding === "gzip" ? await unpack(packed, wanted.maxBytes) : packed;
}

/** Undefined when there is more than `maxBytes`, said or sent. */
async function readLimited(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return undefined;
  return await new Promise((done, fail) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const take = (piece: Buffer): void => {
      bytes += piece.length;
      pieces.push(piece);
      if (bytes <= maxBytes) return;
      // nothing more is read of it
      request.off("data", take).pause();
      done(undefined);
    };
    request
      .on("data", take)
      .once("end", () => done(Buffer.concat(pieces)))
      .once("error", fail)
      .once("close", () => {
        if (!request.readableEnded) fail(new Error("the request ended early"));
      });
  });
}

async function unpack(packed: Buffer, maxBytes: number): Promise<Buffer | Reply> {
  return await new Promise((done) => {
    gunzip(packed, { maxOutputLength: maxBytes }, (error, body) => {
      if (error === null) done(body);
      else if (errorCode(error) === "ERR_BUFFER_TOO_LARGE") done(tooLarge(maxBytes));
      else done(refusal(400, "The body is not gzip."));
    });
  });
}

function tooLarge(maxBytes: number): Reply {
  // what follows of the body is not read, so the connection cannot go on
  return refusal(413, `This address takes ${maxBytes} bytes at most.`, { connection: "close" });
}
