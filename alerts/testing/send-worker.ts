/**
 * A process that looks and sends until nothing waits any more; tests kill it, or start two at a time.
 *
 * Arguments: state folder, address of the receiver, the time it begins with.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../core/errors.ts";
import { silentLog } from "../../core/log.ts";
import { createNotifier } from "../notify/notify.ts";
import { watchOptions } from "../options.ts";
import { openWatch, type Watch } from "../watch.ts";

const [, , stateDir = "", url = "", began = "0"] = process.argv;
const options = watchOptions.parse({
  notifiers: [
    { name: "hook", type: "webhook", url: `${url}/hook` },
    { name: "phone", type: "ntfy", url: `${url}/topic` },
  ],
});
const notifiers = await Promise.all(
  options.notifiers.map((each) => createNotifier(each, { nowMs: Date.now, recipientsOf: async () => [] })),
);
let nowMs = Number(began);
const watch = await open();
for (;;) {
  const { waiting } = await watch.check(undefined);
  if (waiting === 0) break;
  // what failed is due again
  nowMs += 3_600_000;
}
await watch.close();

/** Another process may be at it. */
async function open(): Promise<Watch> {
  const setup = { stateDir, timeZone: "UTC", options, notifiers, log: silentLog, once: true };
  for (;;) {
    try {
      return await openWatch({ ...setup, nowMs: () => nowMs, random: () => 0 });
    } catch (error) {
      if (errorCode(error) !== "LOCKED") throw error;
      await sleep(20);
    }
  }
}
