/**
 * What is done to a catalogue's bytes while they stream: counted, decompressed.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import { publicUrl } from "../../../core/http/http.ts";
import type { DocumentRequest } from "../catalog.ts";

/** The bytes, until there are more than the request takes. @throws LarderError `CATALOG_TOO_LARGE` */
export async function* limited(
  source: AsyncIterable<Buffer>,
  request: Pick<DocumentRequest, "url" | "maxBytes">,
): AsyncIterable<Buffer> {
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > request.maxBytes) {
      throw new LarderError(
        `Cannot read catalogue "${publicUrl(request.url)}": it is longer than the ${request.maxBytes} bytes we take`,
        { code: "CATALOG_TOO_LARGE", next: "raise maxBytes of this catalogue if the text is right" },
      );
    }
    yield piece;
  }
}

/** The bytes as they are, or gunzipped when they begin as gzip does, whatever name or header they came under. */
export async function* plain(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const pieces = source[Symbol.asyncIterator]();
  let first: Buffer = Buffer.alloc(0);
  let ended = false;
  while (first.length < 2 && !ended) {
    const next = await pieces.next();
    ended = next.done === true;
    if (next.done !== true) first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  const whole = rejoin(first, pieces);
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* whole;
    return;
  }
  // most catalogues are not compressed, and these two take longer to load than a small one to read
  const [{ Readable }, { createGunzip }] = await Promise.all([import("node:stream"), import("node:zlib")]);
  const input = Readable.from(whole, { objectMode: false });
  const gunzip = createGunzip();
  input.on("error", (error) => gunzip.destroy(error));
  yield* input.pipe(gunzip) as AsyncIterable<Buffer>;
}

async function* rejoin(first: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
