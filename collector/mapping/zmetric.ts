/**
 * ZMETRIC (macOS 10.13.4 and later): a column ▶ our measurement and field.
 *
 * Our fields keep the dotted plural names of macOS Server, so that one board shows both generations. Source of the
 * columns: Core Data model version 7 of AssetCache, entity Metric; older models lack some.
 *
 * @module
 */
import type { Place } from "./stats-data.ts";

/** Columns that are not numbers to record. */
export const ZMETRIC_OTHER_COLUMNS: ReadonlySet<string> = new Set([
  "Z_PK",
  "Z_ENT",
  "Z_OPT",
  "ZCREATIONDATE",
  "ZPERIOD",
]);

const GIVERS = { CACHE: "cache", ORIGIN: "origin", PARENT: "parents", PEER: "peers" } as const;
const TAKERS = { CLIENT: "clients", PEER: "peers", CHILD: "children" } as const;

/** Eleven columns: every giver to every taker, but nothing from peer to peer. */
function flows(kind: "BYTES" | "REPLIES", measurement: string): [string, Place][] {
  return Object.entries(GIVERS).flatMap(([from, givers]) =>
    Object.entries(TAKERS)
      .filter(([to]) => !(from === "PEER" && to === "PEER"))
      .map(([to, takers]): [string, Place] => [
        `Z${kind}FROM${from}TO${to}`,
        { measurement, field: `${kind.toLowerCase()}.from${givers}.to${takers}` },
      ]),
  );
}

function place(measurement: string, field: string): Place {
  return { measurement, field };
}

/** The 35 columns that carry numbers. */
export const ZMETRIC_PLACES: ReadonlyMap<string, Place> = new Map([
  ...flows("BYTES", "bytestoclients"),
  ["ZBYTESDROPPED", place("bytesdropped", "bytes.dropped")],
  ["ZBYTESIMPORTEDBYHTTP", place("bytesimported", "bytes.imported.byhttp")],
  ["ZBYTESIMPORTEDBYXPC", place("bytesimported", "bytes.imported.byxpc")],
  ["ZBYTESPURGEDTOTAL", place("bytespurged", "bytes.purged.total")],
  ["ZBYTESPURGEDYOUNGERTHAN1DAY", place("bytespurged", "bytes.purged.youngerthan1day")],
  ["ZBYTESPURGEDYOUNGERTHAN7DAYS", place("bytespurged", "bytes.purged.youngerthan7days")],
  ["ZBYTESPURGEDYOUNGERTHAN30DAYS", place("bytespurged", "bytes.purged.youngerthan30days")],
  ["ZIMPORTSBYHTTP", place("imports", "imports.byhttp")],
  ["ZIMPORTSBYXPC", place("imports", "imports.byxpc")],
  ...flows("REPLIES", "replies"),
  ["ZREQUESTSFROMCLIENT", place("requests", "requests.fromclients")],
  ["ZREQUESTSFROMPEER", place("requests", "requests.frompeers")],
  ["ZREQUESTSFROMCHILD", place("requests", "requests.fromchildren")],
  ["ZREQUESTSREJECTEDFORNOSPACE", place("requests", "requests.rejected.fornospace")],
]);
