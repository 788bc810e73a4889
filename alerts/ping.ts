/**
 * The dead man's switch: an address that is called after each look, so that somebody notices when larder itself is silent.
 * As Healthchecks has it: `/start` before, nothing or `/fail` after.
 *
 * @module
 */
import { httpRequest } from "../core/http/http.ts";

const TIMEOUT_MS = 5000;

/** Calls; who cannot be called is not waited for long, and harms nobody. @returns whether it answered */
export async function ping(url: string, what: "start" | "success" | "fail"): Promise<boolean> {
  const address = new URL(url);
  if (what !== "success") address.pathname = `${address.pathname.replace(/\/$/, "")}/${what}`;
  try {
    const { status } = await httpRequest({
      url: address.href,
      timeoutMs: TIMEOUT_MS,
      maxBytes: 4096,
      cutLong: true,
    });
    return status < 400;
  } catch {
    return false;
  }
}
