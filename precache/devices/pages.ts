/**
 * The pages of one list, and when to stop turning them: the end is the other side's word, and it may be wrong.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { DeviceContext } from "./device-source.ts";
import type { InventoryClient } from "./inventory-client.ts";

/** No inventory has more; a list that is longer does not end. */
const MOST_PAGES = 20_000;
/** Pages on which not every device has an id: nothing shows that they are the same one again and again. */
const MOST_NAMELESS_PAGES = 100;
export const MOST_DEVICES = 2_000_000;
/** How often people who wait are shown the progress. */
const TOLD_EVERY = 5000;

export class Pages {
  private readonly client: InventoryClient;
  private readonly context: Pick<DeviceContext, "say">;
  private readonly seen = new Set<string>();
  private pages = 0;
  private nameless = 0;
  private devices = 0;

  constructor(client: InventoryClient, context: Pick<DeviceContext, "say">) {
    this.client = client;
    this.context = context;
  }

  /** Devices on all pages so far. */
  get count(): number {
    return this.devices;
  }

  /**
   * Notes a page that came.
   * @param devices how many are on it
   * @param identity what distinguishes it from every other page: its devices' ids, or its address; empty where nothing does
   * @throws LarderError `DEVICES_BROKEN` when the page was here before, or there are more than can be
   */
  turn(devices: number, identity: string): void {
    this.pages += 1;
    const before = this.devices;
    this.devices += devices;
    if (identity === "") this.nameless += 1;
    else {
      const hash = createHash("sha256").update(identity).digest("base64");
      if (this.seen.has(hash)) throw this.client.broken("its pages do not end: one came a second time");
      this.seen.add(hash);
    }
    if (this.pages > MOST_PAGES || this.nameless > MOST_NAMELESS_PAGES || this.devices > MOST_DEVICES) {
      throw this.client.broken(`its pages do not end: ${this.devices} devices on ${this.pages} pages so far`);
    }
    if (Math.floor(this.devices / TOLD_EVERY) > Math.floor(before / TOLD_EVERY)) {
      this.context.say(`counting devices, ${this.devices} so far`);
    }
  }
}

/** The ids of a page's devices as one text; empty when not all of them have one. */
export function identityOf(ids: readonly (string | undefined)[]): string {
  return ids.length === 0 || ids.some((id) => id === undefined || id === "") ? "" : ids.join("\n");
}
