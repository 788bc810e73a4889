/**
 * German.
 *
 * @module
 */
import type { Texts } from "./texts.ts";

export const de: Texts = {
  locale: "de-DE",
  days: "Tage",
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
  otherSites: (count) => `${count} weitere`,
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
  madeBy: (when) => `Erstellt von larder am ${when}.`,
  table: "Als Tabelle",
  mainSentence: ({ served, fromCaches, share, fromApple }) =>
    `Von ${served}, die Geräte geladen haben, kamen ${fromCaches} (${share}) aus den Caches und ${fromApple} von Apple.`,
  nothingKnown: "Aus dieser Zeit liegen keine Daten vor.",
  nothingServed: "In dieser Zeit wurde nichts ausgeliefert.",
  savedSentence: (saved) => `Die Caches haben ${saved} auf der Leitung zu Apple gespart`,
  worth: ({ money, line }) =>
    money !== undefined && line !== undefined
      ? `: Das entspricht ${money} oder ${line} voll ausgelasteter Leitung.`
      : money !== undefined
        ? `: Das entspricht ${money}.`
        : line !== undefined
          ? `: Das entspricht ${line} voll ausgelasteter Leitung.`
          : ".",
  more: (percent) => `${percent} mehr als davor`,
  less: (percent) => `${percent} weniger als davor`,
  same: "so viel wie davor",
  warmingSentence: ({ files, cost }) =>
    `Vorwärmen hat ${files} Dateien im Voraus in die Caches geholt, für ${cost} von Apple.`,
  outlierSentence: (names, share) =>
    `Weit hinter den anderen: ${names}. Die Hälfte der Standorte bekam mindestens ${share} aus den Caches.`,
  unknownSentence: (parts) => `Aus dieser Quelle nicht bekannt: ${parts}.`,
  gapSentence: (days, count) =>
    days === 1
      ? "Für 1 Tag liegen keine Daten vor. Er fehlt hier; es war kein Tag ohne Verkehr."
      : `Für ${count} Tage liegen keine Daten vor. Sie fehlen hier; es waren keine Tage ohne Verkehr.`,
  lowHitRatio: "niedrige Trefferquote",
  silent: "zuletzt keine Daten",
};
