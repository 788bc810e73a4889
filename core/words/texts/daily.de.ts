/**
 * The daily report in German.
 *
 * @module
 */

import type { daily as en } from "./daily.en.ts";
import type { Texts } from "./translated.ts";

export const daily: Texts<typeof en> = {
  subject: "Caches am {day}: {served:bytes} ausgeliefert, {saved:bytes} gespart",
  subjectNothing: "Caches am {day}: nichts ausgeliefert",
  summary:
    "{caches:count} {caches?Cache hat|Caches haben} {served:bytes} ausgeliefert, {ratio:percent} davon ohne Apple.",
  nothing: "Kein Cache hat an diesem Tag etwas aufgezeichnet.",
  day: "Der Tag",
  dayBefore: "Tag davor",
  weekBefore: "Woche davor",
  served: "Ausgeliefert",
  saved: "Gespart",
  fromApple: "Von Apple",
  fromPeers: "Von Peers",
  hitRatio: "Trefferquote",
  clients: "Geräte",
  asked: "{clients:count} {clients?Gerät hat|Geräte haben} {requests:count} {requests?Datei|Dateien} abgerufen",
  families: "Gerätearten",
  models: "Modelle",
  systems: "Systeme",
  kinds: "Dateiarten",
  more: "{count:count} weitere",
  warming: "Vorwärmen",
  warmed:
    "{runs:count} {runs?Lauf|Läufe}: {warmed:count} {warmed?Datei|Dateien} geholt ({bytes:bytes}), {cached:count} schon da, {failed:count} fehlgeschlagen",
  unfinished: "{count:count} nicht beendet",
  wrong: "Was schiefging",
  nothingWrong: "Nichts.",
  lasted: "Dauer {length:duration}",
  recovered: "behoben",
  goesOn: "nicht vorbei",
  since: "seit {moment}",
  andMore: "und {count:count} weitere: larder alerts history",
};
