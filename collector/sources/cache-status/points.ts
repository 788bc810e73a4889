/**
 * A status as lines: `cachestatus`, `cachecontent` and `cachepeers`, and the bytes of an interval.
 *
 * @module
 */

import type { CacheStatus, Neighbour } from "../../../core/cache/cache.ts";
import { type FieldValue, fieldText, tagText } from "../../../core/line/line.ts";
import { type Answers, OWN_TARGETS } from "./ask-ports.ts";
import type { TotalsChange } from "./flows.ts";

type Fields = Readonly<Record<string, FieldValue | undefined>>;

const integer = (value: number | undefined): FieldValue | undefined =>
  value === undefined ? undefined : { integer: value };
const flag = (value: boolean | undefined): FieldValue | undefined =>
  value === undefined ? undefined : { flag: value };
const text = (value: string | undefined): FieldValue | undefined => (value === undefined ? undefined : { text: value });

/** What a line has beside its fields. */
interface Stamp {
  /** Escaped text of the tags that go on every line. */
  readonly tags: string;
  readonly timeMs: number;
  /** Tags of this line alone. */
  readonly own?: Readonly<Record<string, string>>;
}

/** The gauges of a status. @param state of the cache, where it is known */
export function statusLines(status: CacheStatus, state: string | undefined, stamp: Stamp): string[] {
  const lines = [
    line("cachestatus", { ...gauges(status), state: text(state) }, stamp),
    ...[...(status.content ?? [])].map(([kind, bytes]) =>
      line("cachecontent", { bytes: integer(bytes) }, { ...stamp, own: { kind } }),
    ),
    ...status.parents.map((each) => neighbourLine("parent", each, stamp)),
    ...status.peers.map((each) => neighbourLine("peer", each, stamp)),
  ];
  return lines.filter((each) => each !== "");
}

/** What answered on ports. */
export function answerLines({ own, named }: Answers, stamp: Stamp): string[] {
  const all = [...OWN_TARGETS.map((target) => [target, own[target]] as const), ...named];
  return all.flatMap(([target, answer]) => {
    if (answer === undefined) return [];
    const { answers, http, seconds } = answer;
    const fields = { answers: flag(answers), http: integer(http), seconds: { float: Number(seconds.toFixed(3)) } };
    return [line("cacheprobe", fields, { ...stamp, own: { target } })];
  });
}

/**
 * What flowed in an interval, from totals; empty when nothing did, as Apple's databases write nothing either.
 * @param fields bytes by way, or undefined where the status does not say enough to split them.
 */
export function byteLines(
  fields: Readonly<Record<string, number>> | undefined,
  delta: TotalsChange["delta"],
  stamp: Stamp,
): string[] {
  const groups: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
    ["bytestoclients", fields ?? {}],
    ["bytesdropped", { "bytes.dropped": delta.dropped }],
    // the status does not say how something was imported; nearly all come from devices, over HTTP
    ["bytesimported", { "bytes.imported.byhttp": delta.imported }],
  ];
  return groups.flatMap(([measurement, values]) => {
    if (Object.values(values).every((value) => value === 0)) return [];
    const whole = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, integer(value)]));
    return [line(measurement, whole, stamp)];
  });
}

function gauges(status: CacheStatus): Fields {
  const { freeBytes, limitBytes, usedBytes, startup, cacheStatus } = status;
  return {
    activated: flag(status.activated),
    active: flag(status.active),
    registered: integer(status.registered),
    port: integer(status.port),
    used: integer(status.actualUsedBytes ?? usedBytes),
    allocated: integer(usedBytes),
    free: integer(freeBytes === undefined ? undefined : Math.max(0, freeBytes)),
    limit: integer(limitBytes === 0 ? undefined : limitBytes),
    "personal.used": integer(status.personalUsedBytes),
    pressure: status.pressure === undefined ? undefined : { float: status.pressure },
    parents: integer(status.parentCount),
    peers: integer(status.peerCount),
    lowspace: flag(cacheStatus === undefined ? undefined : cacheStatus === "LOWSPACE"),
    diskexceeded: flag(freeBytes === undefined ? undefined : freeBytes < 0),
    "startup.ok": flag(startup === undefined ? undefined : startup === "OK"),
    startup: text(startup),
    // empty rather than absent: the last error would else be shown forever
    "registration.error": text(status.registrationError ?? ""),
    alerts: integer(status.alerts.length + [...status.parents, ...status.peers].filter(({ alert }) => alert).length),
  };
}

/** A neighbour without an address is counted, but a point of its own could not say whose it is. */
function neighbourLine(role: "parent" | "peer", { address, healthy, friendly }: Neighbour, stamp: Stamp) {
  if (address === undefined) return "";
  return line(
    "cachepeers",
    { healthy: flag(healthy), friendly: flag(friendly) },
    { ...stamp, own: { peer: address, role } },
  );
}

/** A line with its newline; empty when no field is known. */
function line(measurement: string, fields: Fields, { tags, timeMs, own = {} }: Stamp): string {
  const known = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${fieldText(value)}`],
  );
  return known.length === 0 ? "" : `${measurement}${tags}${tagText(own)} ${known.join(",")} ${timeMs}\n`;
}
