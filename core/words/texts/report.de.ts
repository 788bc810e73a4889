/**
 * German.
 *
 * @module
 */
import type { report as english } from "./report.en.ts";
import type { Texts } from "./translated.ts";

export const report: Texts<typeof english> = {
  title: "Was die Inhaltscaches gespart haben",
  served: "An Geräte ausgeliefert",
  saved: "Gespart",
  fromApple: "Von Apple",
  fromCaches: "Aus den Caches",
  hitRatio: "Trefferquote",
  before: "davor",
  sources: { cache: "Cache", peers: "Peers", parents: "Übergeordnete", origin: "Apple" },
  byTime: {
    hour: "Ausgeliefert je Stunde",
    day: "Ausgeliefert je Tag",
    week: "Ausgeliefert je Woche",
    month: "Ausgeliefert je Monat",
  },
  time: { hour: "Stunde", day: "Tag", week: "Woche ab", month: "Monat" },
  shares: "Anteile der Quellen",
  sites: "Standorte",
  site: "Standort",
  noSite: "ohne Namen",
  otherSites: "{count:count} weitere",
  kinds: "Inhalt der Caches",
  kind: "Art",
  held: "Belegt",
  clients: "Geräte",
  families: "Nach Familie",
  systems: "Nach System",
  models: "Nach Modell",
  files: "Nach Art der Datei",
  family: "Familie",
  system: "System",
  model: "Modell",
  devicesADay: "Geräte je Tag",
  requests: "Anfragen",
  delivered: "Geliefert",
  warming: "Vorwärmen",
  runs: "Läufe",
  warmedFiles: "Vorgewärmte Dateien",
  failedFiles: "Fehlgeschlagene Dateien",
  warmingCost: "Dafür von Apple geladen",
  warmingEffect: "Von den Platten der Caches ausgeliefert",
  troubles: "Was schiefging",
  when: "Wann",
  what: "Was",
  cache: "Cache",
  noTroubles: "Es wurde nichts gemeldet.",
  gaps: "Lücken in den Daten",
  noGaps: "Keine: Für jeden Tag liegen Daten vor.",
  noData: "keine Daten",
  total: "Gesamt",
  madeBy: "Erstellt von larder am {when}.",
  table: "Als Tabelle",
  mainSentence:
    "Von {served}, die Geräte geladen haben, kamen {fromCaches} ({share}) aus den Caches und {fromApple} von Apple.",
  nothingKnown: "Aus dieser Zeit liegen keine Daten vor.",
  nothingServed: "In dieser Zeit wurde nichts ausgeliefert.",
  savedSentence: {
    plain: "Die Caches haben {saved} auf der Leitung zu Apple gespart.",
    money: "Die Caches haben {saved} auf der Leitung zu Apple gespart: Das entspricht {money}.",
    line: "Die Caches haben {saved} auf der Leitung zu Apple gespart: Das entspricht {line} voll ausgelasteter Leitung.",
    both: "Die Caches haben {saved} auf der Leitung zu Apple gespart: Das entspricht {money} oder {line} voll ausgelasteter Leitung.",
  },
  more: "{percent} mehr als davor",
  less: "{percent} weniger als davor",
  same: "so viel wie davor",
  warmingSentence:
    "Vorwärmen hat {files:count} {files?Datei|Dateien} im Voraus in die Caches geholt, für {cost} von Apple.",
  outlierSentence:
    "Weit hinter den anderen: {names}. Die Hälfte der Standorte bekam mindestens {share} aus den Caches.",
  unknownSentence: "Aus dieser Quelle nicht bekannt: {parts}.",
  gapSentence:
    "Für {days:count} {days?Tag|Tage} liegen keine Daten vor. {days?Er fehlt hier; es war kein Tag|Sie fehlen hier; es waren keine Tage} ohne Verkehr.",
  lowHitRatio: "niedrige Trefferquote",
  silent: "zuletzt keine Daten",
};
