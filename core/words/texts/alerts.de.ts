/**
 * Alerts in German.
 *
 * @module
 */
import type { alerts as english } from "./alerts.en.ts";
import type { Texts } from "./translated.ts";

export const alerts: Texts<typeof english> = {
  firing: "{title}",
  recovered: "Behoben: {title}",
  partly: "{count} behoben, {remaining} nicht: {title}",
  reminder: "Weiterhin: {title}",
  test: "Testnachricht von larder",
  testWhat: "Dies ist ein Test. Es ist nichts gestört.",
  testNext: "nichts: Wer dies liest, wird benachrichtigt",
  since: "Seit",
  lasted: "Dauer",
  grave: "sofort handeln",
  soon: "bitte nachsehen",
  caches: "{count} Caches",
  andMore: "und {count} weitere",
  place: "Wo",
  severity: "Wie schlimm",
  todo: "Was zu tun ist",
  end: "Falls er für immer fort ist, oder es bekannt ist",
  endWith: "sudo larder alerts silence add --rule {rule} --cache {server} --for 52w --why TEXT",
  link: "Mehr",
  rules: {
    silent: {
      title: "Cache meldet sich nicht",
      what: "Seit {seconds:ago} kam kein Lebenszeichen vom Cache.",
      next: "prüfen, ob der Mac an ist, nicht am FileVault-Anmeldefenster wartet und im Netz ist, dann: sudo larder status",
    },
    off: {
      title: "Inhaltscaching ist aus",
      what: "Inhaltscaching ist auf diesem Mac ausgeschaltet. Es schaltet sich auch selbst aus, wenn sein Volume fehlt.",
      next: "prüfen, ob die Platte da ist, dann: sudo AssetCacheManagerUtil activate",
    },
    wiped: {
      title: "Cache gelöscht",
      what: "Alles, was der Cache hatte, wurde gelöscht: {text}.",
      next: "vor dem nächsten Schultag füllen: larder precache plan",
    },
    unregistered: {
      title: "Registrierung verloren",
      what: "Der Cache ist bei Apple nicht registriert {word}. Apple schickt keine Geräte, und ein abgelehnter Cache löscht seinen Inhalt.",
      next: "prüfen, ob der Mac lcdn-registration.apple.com erreicht; bei 5xx ist Apples Dienst gestört und erholt sich ohne Zutun",
    },
    suspended: {
      title: "Cache bedient niemanden",
      what: "Der Cache ist an, aber ausgesetzt. Sein Inhalt bleibt ({used:bytes}).",
      next: "prüfen, ob die Internetleitung geht; der Cache versucht es spätestens nach 17 Minuten wieder",
    },
    unreachable: {
      title: "Cache nicht erreichbar",
      what: "Dieser Mac hat keine Adresse im Netz, obwohl der Cache meldet, dass er arbeitet.",
      next: "Kabel, Switch-Port und DHCP prüfen",
    },
    "not-answering": {
      title: "Cache antwortet nicht",
      what: "Der Cache meldet, dass er arbeitet, antwortet aber nicht.",
      next: "Firewall prüfen, dann neu starten: sudo AssetCacheManagerUtil deactivate, dann activate",
    },
    updating: {
      title: "Cache startet neu",
      what: "Der Dienst ist eben neu gestartet, etwa für seine eigene Aktualisierung.",
      next: "zehn Minuten warten",
    },
    clock: {
      title: "Uhr geht falsch",
      what: "Was der Cache meldet, liegt {seconds:duration} in der Zukunft: Seine oder unsere Uhr geht falsch.",
      next: "beide nach dem Netz stellen: sudo sntp -sS time.apple.com",
    },
    source: {
      title: "Cache nicht lesbar",
      what: "Der Sammler läuft und kann nicht alle Quellen lesen.",
      next: "den Grund ansehen: sudo larder collect --once",
    },
    disk: {
      title: "Platte des Caches fast voll",
      what: "Dem Cache fehlt Platz; er hält {used:bytes}.",
      next: "das Limit erhöhen oder eine größere Platte einbauen",
    },
    pressure: {
      title: "Cache unter Druck",
      what: "Der Cache verdrängt, was noch gebraucht wird: Druck {pressure:percent}.",
      next: "das Limit erhöhen, eine größere Platte einbauen oder weniger vorladen",
    },
    "evicted-young": {
      title: "Nach weniger als einem Tag verdrängt",
      what: "{bytes:bytes} wurden heute keinen Tag nach dem Laden verdrängt.",
      next: "das Limit erhöhen oder weniger vorladen",
    },
    "not-caching": {
      title: "Cache behält nichts",
      what: "Alles, was gestern ausgeliefert wurde ({served:bytes}), kam von Apple.",
      next: "freien Platz und AllowSharedCaching in seinen Einstellungen prüfen",
    },
    "hit-ratio": {
      title: "Wenig Nutzen",
      what: "An einem belebten Tag kamen nur {ratio:percent} von {served:bytes} aus dem Cache.",
      next: "Größe und Standort prüfen: larder report",
    },
    idle: {
      title: "Cache wird nicht gefragt",
      what: "Der Cache arbeitet, aber seit {seconds:ago} hat ihn niemand gefragt.",
      next: "auf einem Gerät zeigt AssetCacheLocatorUtil, ob es den Cache findet",
    },
    neighbour: {
      title: "Nachbar antwortet nicht",
      what: "{address} ({role}) antwortet nicht.",
      next: "prüfen, ob dieser Cache eingeschaltet ist",
    },
    "wan-month": {
      title: "WAN-Budget des Monats überschritten",
      what: "{bytes:bytes} kamen diesen Monat von Apple; das Budget ist {budget:bytes}.",
      next: "die Tage ansehen: larder history",
    },
    "wan-forecast": {
      title: "WAN-Budget in Gefahr",
      what: "So endet der Monat bei {bytes:bytes} von Apple; das Budget ist {budget:bytes}.",
      next: "die Tage ansehen: larder history",
    },
    "wan-day": {
      title: "WAN-Budget des Tages überschritten",
      what: "{bytes:bytes} kamen heute von Apple; das Budget ist {budget:bytes}.",
      next: "nachts vorladen, was tags gebraucht wird: larder precache plan",
    },
    "warming-failed": {
      title: "Vorladen fehlgeschlagen",
      what: "{failed} Dateien des letzten Laufs konnten nicht geladen werden.",
      next: "noch einmal laufen lassen: larder precache run",
    },
    "warming-skipped": {
      title: "Vorladen ausgelassen",
      what: "Der letzte Lauf hat nichts geladen: {text}.",
      next: "beheben, was den Lauf verhindert hat, dann neu starten; seine Zeiten stehen in precache.until",
    },
    "warming-late": {
      title: "Vorladen nicht beendet",
      what: "Der letzte Lauf begann und wurde nie beendet.",
      next: "noch einmal laufen lassen: larder precache run",
    },
    "warming-missed": {
      title: "Vorladen nicht begonnen",
      what: "Um diese Zeit der Woche lief es sonst regelmäßig, zuletzt {seconds:ago}.",
      next: "nachsehen, ob der Auftrag geladen ist: sudo launchctl print system/org.larder.precache",
    },
    "update-not-warmed": {
      title: "Update erschienen und nicht vorgewärmt",
      what: "{skipped} {skipped?Datei|Dateien} von Apple {skipped?blieb|blieben} seit einem Tag für einen anderen Lauf übrig: Zeit, Budget oder Platz reichten nicht.",
      next: "dem Lauf mehr Zeit oder Platz geben, oder weniger vorwärmen: larder precache plan",
    },
    "journal-disk": {
      title: "Platte des Journals läuft voll",
      what: "Auf der Platte des Journals sind {bytes:bytes} frei.",
      next: "Platz schaffen oder journal.keepMegabytes senken",
    },
    "rows-set-aside": {
      title: "Zeilen beiseitegelegt",
      what: "Zeilen einer Datenbank waren nicht lesbar; sie sind aufgehoben ({bytes:bytes}).",
      next: "den Grund in rejected/_rows.lp im Zustandsordner lesen und melden",
    },
    "journal-damaged": {
      title: "Journal beschädigt",
      what: "{bytes:bytes} des Journals sind beschädigt oder fehlen; der Rest wird benutzt.",
      next: "die Platte prüfen: larder journal verify nennt die Stellen",
    },
    "log-unknown": {
      title: "Protokoll des Caches hat sich geändert",
      what: "{share:percent} der Zeilen im Protokoll des Caches haben keine bekannte Form, wie nach einem Update von macOS: Zahlen zu Clients können zu niedrig sein.",
      next: "larder aktualisieren; ist es aktuell, unbekannte Zeilen melden",
    },
    "sink-behind": {
      title: "Server nicht erreicht",
      what: "{bytes:bytes} warten auf {name}; verloren ist nichts. {why}",
      next: "ansehen, was der Server antwortet: sudo larder collect --once",
    },
    "sink-rejects": {
      title: "Zeilen abgelehnt",
      what: "{name} hat Zeilen endgültig abgelehnt; sie sind aufgehoben ({bytes:bytes}).",
      next: "die Gründe in rejected/ im Zustandsordner lesen, beheben, dann: larder sinks retry {name}",
    },
    notifier: {
      title: "Benachrichtigung gestört",
      what: "{name} nimmt keine Nachrichten an: {why}",
      next: "beheben, dann: larder alerts test --to {name}",
    },
  },
};
