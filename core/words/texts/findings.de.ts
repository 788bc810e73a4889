/**
 * What is wrong, and one thing to do about it, in German.
 *
 * @module
 */
import type { findings as english } from "./findings.en.ts";
import type { Texts } from "./translated.ts";

export const findings: Texts<typeof english> = {
  said: {
    activityUnknown: "der Status sagt nicht, ob der Cache aktiv ist",
    alerts: "der Cache meldet selbst {count} {count?Warnung|Warnungen}",
    cachesUnassigned:
      "{count} {count?Bericht|Berichte} an einem Tag sind von Caches, die in der Tabelle der Standorte fehlen",
    collectorSilent: "der Sammler schweigt: Der letzte Durchgang war vor {age:about}",
    diskExceeded: "der Cache hält mehr, als auf seine Platte passt",
    diskFull: "die Platte des Journals ist voll ({free:bytes} frei): Es wird nichts aufgezeichnet",
    diskNearlyFull: "die Platte des Journals ist fast voll ({free:bytes} frei)",
    idle: "seit {age:about} hat niemand den Cache gefragt",
    inactive: "der Cache liefert nicht aus",
    inactiveSays: "der Cache liefert nicht aus: Er meldet {word}",
    journalCut:
      "{bytes} {bytes?Byte|Bytes} am Ende des Journals {stream} waren auf der Platte verändert; die Quelle wurde ab der Stelle davor neu gelesen",
    journalDamaged:
      "{bytes} {bytes?Byte|Bytes} in {segments} {segments?Segment|Segmenten} des Journals {stream} sind beschädigt oder fehlen; der Rest wird verwendet",
    journalDamagedAfter:
      "{bytes} {bytes?Byte|Bytes} in {segments} {segments?Segment|Segmenten} des Journals {stream} sind beschädigt oder fehlen, geschrieben nach {from} UTC; der Rest wird verwendet",
    journalDamagedBefore:
      "{bytes} {bytes?Byte|Bytes} in {segments} {segments?Segment|Segmenten} des Journals {stream} sind beschädigt oder fehlen, geschrieben vor {to} UTC; der Rest wird verwendet",
    journalDamagedBetween:
      "{bytes} {bytes?Byte|Bytes} in {segments} {segments?Segment|Segmenten} des Journals {stream} sind beschädigt oder fehlen, geschrieben zwischen {from} und {to} UTC; der Rest wird verwendet",
    logUnknown:
      "{share:percent} der Zeilen im Protokoll des Caches haben keine bekannte Form: Seine Zahlen sind zu niedrig",
    lowSpace: "der Cache hat zu wenig Platz und verdrängt junge Inhalte",
    lowSpacePressure: "der Cache hat zu wenig Platz und verdrängt junge Inhalte (Druck {pressure:percent})",
    neighbourUnhealthy: "{role} {address} antwortet nicht",
    neverRan: "seit sieben Tagen gab es keinen Durchgang",
    notActivated: "Inhaltscaching ist auf diesem Mac ausgeschaltet",
    nothingHeard: "der Cache hat sich am letzten Tag nicht gemeldet",
    registering: "die Registrierung bei Apple läuft noch",
    reportsSetAside:
      "{count} {count?Bericht|Berichte} von Caches an einem Tag beiseitegelegt: Die Uhrzeit darin kann nicht stimmen",
    rowsSetAside: "Zeilen einer Datenbank waren nicht lesbar und sind beiseitegelegt",
    rowsSetAsideFull:
      "Zeilen einer Datenbank waren nicht lesbar und sind beiseitegelegt; die Datei ist voll, weitere werden nur gezählt",
    silent: "seit {age:about} kam nichts vom Cache",
    silentPort: "der Cache meldet, dass er arbeitet, und auf seinem Port antwortet nichts",
    sinkLate: "{name} hat seit {age:about} nichts angenommen; was wartet, ist aufgehoben",
    sinkLateWhy: "{name} hat seit {age:about} nichts angenommen; was wartet, ist aufgehoben ({why})",
    sinkLost: "{bytes:bytes} des Journals wurden entfernt, bevor {name} sie angenommen hatte",
    sinkNever: "{name} hat noch nie etwas angenommen; was wartet, ist aufgehoben",
    sinkNeverWhy: "{name} hat noch nie etwas angenommen; was wartet, ist aufgehoben ({why})",
    sinkRejects: "{name} hat Zeilen endgültig abgelehnt; sie sind neben dem Journal aufgehoben",
    sourceFailed: "der letzte Durchgang konnte nicht alle Quellen lesen",
    statusOld: "der Status des Caches ist von vor {age:about}",
    statusUnknown: "noch kein Status vom Cache",
    suspended: "der Cache hat sich selbst ausgesetzt, bis Apple antwortet; sein Inhalt bleibt",
    unreachable: "der Cache antwortet auf dem eigenen Computer, aber nicht unter seiner Adresse im Netz",
    unregistered: "Apple hat die Registrierung abgelehnt; der Cache löscht womöglich alles, was er hält",
    unregisteredSays: "Apple hat die Registrierung abgelehnt: {word}; der Cache löscht womöglich alles, was er hält",
    warmingFailed: "der letzte Vorwärmlauf vor {age:about} konnte {count} {count?Datei|Dateien} nicht laden",
    warmingSkipped: "der letzte Vorwärmlauf vor {age:about} hat nichts geladen: {reason}",
    warmingUnfinished: "der Vorwärmlauf, der vor {age:about} begann, wurde nie beendet",
    wiped: "der Cache wurde vor {age:about} gelöscht: {text}",
  },
  next: {
    activate: "Inhaltscaching einschalten: sudo AssetCacheManagerUtil activate",
    addAddress: "die öffentliche Adresse dieses Standorts in PublicRanges der Cache-Einstellungen aufnehmen",
    cable: "diesen Mac mit Kabel anschließen, einen tragbaren auch ans Netzteil",
    checkAddress: "prüfen, ob dieser Mac seine Adresse noch hat und was zwischen ihm und den Geräten liegt",
    checkAlerts: "auf dem Cache zeigt sie: AssetCacheManagerUtil -j status",
    checkNeighbour: "prüfen, ob dieser Cache eingeschaltet ist",
    checkNetwork: "prüfen, ob dieser Mac lcdn-registration.apple.com über das Netz erreicht",
    checkOn: "prüfen, ob er eingeschaltet ist und larder dort läuft",
    checkSites: "ansehen, welche: larder receive sites check",
    checkSuspended:
      "prüfen, ob dieser Mac lcdn-registration.apple.com erreicht; er versucht es spätestens nach 17 Minuten wieder",
    collect: "den Grund ansehen: larder collect --once",
    correctClocks: "die Uhr der Caches stellen, die in {path} stehen",
    correctRanges: "PublicRanges in den Einstellungen des Caches berichtigen",
    fewerAddresses: "diesem Mac weniger Adressen geben oder die Schnittstelle des Caches festlegen",
    firstPass: "einen starten und zusehen: larder collect --once",
    journalRoom: "dem Journal mehr Platz geben: journal.keepMegabytes",
    locate: "auf einem Gerät zeigt AssetCacheLocatorUtil, ob es den Cache findet",
    lookAfterDisk: "die Platte prüfen, dann {path} entfernen",
    makeRoom: "Platz auf der Platte des Zustandsordners schaffen oder journal.keepMegabytes senken",
    moreRoom: "das Limit des Caches erhöhen oder eine größere Platte einbauen",
    otherMac: "dieser Mac darf kein Cache sein: einen nehmen, der keine virtuelle Maschine ist",
    readReasons: "die Gründe in {path} lesen, beheben, dann: larder sinks retry {name}",
    readRows: "den Grund lesen und melden, dann {path} entfernen",
    restart: "auf dem Cache: Inhaltscaching neu starten",
    runAgain: "noch einmal laufen lassen: larder precache run",
    runAgainWhy: "noch einmal laufen lassen und den Grund ansehen: larder precache run",
    runningCollector: "prüfen, ob er läuft; von Hand: larder collect --once",
    sinkAnswers: "ansehen, was {place} antwortet: larder collect --once",
    status: "auf dem Cache: AssetCacheManagerUtil status",
    updateForLog: "prüfen, ob es larder neuer für dieses macOS gibt, und einige der Zeilen melden",
    verify: "ansehen, welche und was hilft: larder journal verify",
    wait: "ein paar Minuten warten und wieder nachsehen",
    warm: "vor dem nächsten Schultag füllen: larder precache plan",
    withinHours: "beheben, was den Lauf verhindert hat, dann neu starten; seine Zeiten stehen in precache.until",
    asSaid: "{said}",
  },
};
