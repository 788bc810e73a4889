/**
 * One POST of line protocol through our HTTP door: what all engines have in common.
 *
 * @module
 */
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { httpRequest, publicUrl } from "../../core/http/http.ts";
import { acknowledge, noAnswer } from "./answer.ts";
import type { Sink } from "./sink.ts";

const gzipAsync = promisify(gzip);

/** Where lines go, and how. */
export interface LinePost {
  readonly name: string;
  /** Whole address of the write endpoint with its query. */
  readonly url: string;
  /** Authorization header, if any. */
  readonly authorization: string | undefined;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  /** PEM file of authorities to trust beside the system's. */
  readonly caFile?: string | undefined;
  readonly nowMs: () => number;
}

/** What an admin says of a server that takes lines. */
export interface LineTarget extends Omit<LinePost, "authorization"> {
  /** The server, with a base path if it has one. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** About 10,000 lines a request is where more gains nothing; every engine's limit is far above. */
export const PIECE_LIMITS = { maxLines: 10_000, maxBytes: 2_000_000 } as const;

/** As much of an answer is read; 3 Core lists every line it refused. */
const ANSWER_MAX_BYTES = 1024 * 1024;

/** A sink that posts lines to one address. */
export function linePostSink(post: LinePost): Sink {
  const place = publicUrl(post.url);
  return {
    name: post.name,
    place,
    limits: PIECE_LIMITS,
    async write(lines, signal) {
      const answer = await httpRequest({
        url: post.url,
        method: "POST",
        headers: headersOf(post),
        body: post.gzip ? await gzipAsync(lines, { level: constants.Z_BEST_SPEED }) : lines,
        timeoutMs: post.timeoutMs,
        maxBytes: ANSWER_MAX_BYTES,
        cutLong: true,
        signal,
        caFile: post.caFile,
      }).catch((error: unknown) => {
        throw noAnswer(place, error);
      });
      return acknowledge(
        place,
        {
          status: answer.status,
          contentType: answer.headers["content-type"] ?? "",
          body: answer.body.toString("utf8"),
          retryAfter: answer.headers["retry-after"],
        },
        post.nowMs(),
      );
    },
    close: async () => {},
  };
}

function headersOf(post: LinePost): Record<string, string> {
  return {
    "content-type": "text/plain; charset=utf-8",
    ...(post.gzip ? { "content-encoding": "gzip" } : {}),
    ...(post.authorization === undefined ? {} : { authorization: post.authorization }),
  };
}
