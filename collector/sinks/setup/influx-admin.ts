/**
 * The administrative side of a server: what places there are, and making or changing one.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import { excerpt } from "../../../core/revealed.ts";
import type { FoundPlace, SetupStep, WantedPlace } from "./setup-plan.ts";

/** One kind of server. */
export interface InfluxAdmin {
  /**
   * The places there are among those wanted; undefined when this server needs none to be made.
   * @throws LarderError `SETUP_DENIED`, `SETUP_REFUSED`, or one of the HTTP door.
   */
  findPlaces(wanted: readonly WantedPlace[]): Promise<FoundPlace[] | undefined>;
  /** What `apply` would send, for people and for those who do it by hand. */
  describe(step: SetupStep): string;
  /** Does a step whose action is `create` or `change`. */
  apply(step: SetupStep): Promise<void>;
}

/** How to reach a server as somebody who may set it up. */
export interface AdminTarget {
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly timeoutMs: number;
  /** PEM file of authorities to trust beside the system's. */
  readonly caFile?: string | undefined;
}

/** What the server refused, in our words. */
export function refusal(place: string, status: number, said: string): LarderError {
  const denied = status === 401 || status === 403;
  const wanted = denied ? "a user or token that may create databases, retention policies or buckets is needed" : "";
  return new LarderError(
    `Cannot set up "${place}": the server answered ${status} ${excerpt(said, 300)}`.trimEnd() +
      (denied ? `; ${wanted}` : ""),
    {
      code: denied ? "SETUP_DENIED" : "SETUP_REFUSED",
      state: "steps before this one are done, this one and those after it are not",
      next: denied ? "give this command an admin's login by its own settings file" : "see the server's log",
    },
  );
}
