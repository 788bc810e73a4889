/**
 * Alerts in English.
 *
 * @module
 */

export const alerts = {
  firing: "{title}",
  recovered: "Recovered: {title}",
  partly: "{count} recovered, {remaining} not: {title}",
  reminder: "Still: {title}",
  test: "Test message from larder",
  testWhat: "This is a test. Nothing is wrong.",
  testNext: "nothing: if you read this, notifications arrive",
  since: "Since",
  lasted: "Lasted",
  grave: "needs action now",
  soon: "somebody should look",
  caches: "{count} caches",
  andMore: "and {count} more",
  place: "Where",
  severity: "How bad",
  todo: "What to do",
  end: "If it is gone for good, or known",
  endWith: "sudo larder alerts silence add --rule {rule} --cache {server} --for 52w --why TEXT",
  link: "More",
  rules: {
    silent: {
      title: "Cache silent",
      what: "Nothing has been heard of the cache for {seconds:ago}.",
      next: "see that the Mac is on, logged in past FileVault and on the network, then: sudo larder status",
    },
    off: {
      title: "Content caching is off",
      what: "Content caching is switched off on this Mac. It also switches itself off when its volume is missing.",
      next: "see that its disk is there, then: sudo AssetCacheManagerUtil activate",
    },
    wiped: {
      title: "Cache wiped",
      what: "Everything the cache held was deleted: {text}.",
      next: "warm it before the next school day: larder precache plan",
    },
    unregistered: {
      title: "Registration lost",
      what: "The cache is not registered with Apple {word}. Apple sends no clients, and a refused cache deletes what it holds.",
      next: "see that this Mac reaches lcdn-registration.apple.com; if the word is a 5xx, Apple's service fails and recovers without you",
    },
    suspended: {
      title: "Cache does not serve",
      what: "The cache is on but suspended. What it holds stays ({used:bytes}).",
      next: "see that the line to the Internet works; the cache tries again within 17 minutes",
    },
    unreachable: {
      title: "Cache unreachable",
      what: "This Mac has no address in the network, although the cache reports that it serves.",
      next: "look at its cable, its switch port and DHCP",
    },
    "not-answering": {
      title: "Cache does not answer",
      what: "The status of the cache says that it serves, and nothing answers on its port or at its address in the network.",
      next: "see that no firewall is in the way, then restart it: sudo AssetCacheManagerUtil deactivate, and activate",
    },
    updating: {
      title: "Cache restarting",
      what: "The service restarted a moment ago, as for its own update.",
      next: "wait ten minutes",
    },
    clock: {
      title: "Clock wrong",
      what: "What the cache reports is {seconds:duration} in the future: its clock or ours is wrong.",
      next: "set both by the network: sudo sntp -sS time.apple.com",
    },
    source: {
      title: "Cache cannot be read",
      what: "The collector runs and cannot read all its sources.",
      next: "see why: sudo larder collect --once",
    },
    disk: {
      title: "Cache disk nearly full",
      what: "The cache is short of room; it holds {used:bytes}.",
      next: "raise the cache's limit, or give it a larger disk",
    },
    pressure: {
      title: "Cache pressure high",
      what: "The cache evicts what is still asked for: pressure {pressure:percent}.",
      next: "raise the cache's limit, give it a larger disk, or warm less",
    },
    "evicted-young": {
      title: "Evicted within a day",
      what: "{bytes:bytes} were evicted today within a day of being fetched.",
      next: "raise the cache's limit, or warm less",
    },
    "not-caching": {
      title: "Cache keeps nothing",
      what: "All of the {served:bytes} served yesterday came from Apple.",
      next: "see its free disk space, and AllowSharedCaching in its settings",
    },
    "hit-ratio": {
      title: "Low benefit",
      what: "On a busy day only {ratio:percent} of {served:bytes} came from the cache.",
      next: "look at its size and placement: larder report",
    },
    idle: {
      title: "Cache not asked",
      what: "The cache works, and nothing was asked of it for {seconds:ago}.",
      next: "on a device: AssetCacheLocatorUtil shows whether it finds the cache",
    },
    neighbour: {
      title: "Peer or parent unhealthy",
      what: "The {role} {address} does not answer.",
      next: "see whether that cache is switched on",
    },
    "wan-month": {
      title: "WAN budget of the month exceeded",
      what: "{bytes:bytes} came from Apple this month; the budget is {budget:bytes}.",
      next: "see which days: larder history",
    },
    "wan-forecast": {
      title: "WAN budget at risk",
      what: "At this rate the month ends at {bytes:bytes} from Apple; the budget is {budget:bytes}.",
      next: "see which days: larder history",
    },
    "wan-day": {
      title: "WAN budget of the day exceeded",
      what: "{bytes:bytes} came from Apple today; the budget is {budget:bytes}.",
      next: "warm at night what devices ask for by day: larder precache plan",
    },
    "warming-failed": {
      title: "Warming failed",
      what: "{failed} files of the last warming run could not be fetched.",
      next: "run it again and see why: larder precache run",
    },
    "warming-skipped": {
      title: "Warming skipped",
      what: "The last warming run fetched nothing: {text}.",
      next: "mend what kept it from running, then run it again; its hours are in precache.until",
    },
    "warming-late": {
      title: "Warming not finished",
      what: "The last warming run began and was never finished.",
      next: "run it again: larder precache run",
    },
    "warming-missed": {
      title: "Warming did not start",
      what: "Warming ran regularly at this time of the week, and last {seconds:ago}.",
      next: "see that its job is loaded: sudo launchctl print system/org.larder.precache",
    },
    "update-not-warmed": {
      title: "Update out and not warmed",
      what: "{skipped} {skipped?file|files} that Apple has out {skipped?was|were} left for another run for a day: out of time, budget or room.",
      next: "give the run more time or room, or warm fewer targets: larder precache plan",
    },
    "journal-disk": {
      title: "Journal disk filling",
      what: "{bytes:bytes} are free on the disk of the journal.",
      next: "make room on the disk of the state folder, or lower journal.keepMegabytes",
    },
    "rows-set-aside": {
      title: "Rows set aside",
      what: "Rows of a database could not become lines; they are kept ({bytes:bytes}).",
      next: "read why in rejected/_rows.lp of the state folder, and report it",
    },
    "journal-damaged": {
      title: "Journal damaged",
      what: "{bytes:bytes} of the journal are damaged or gone; the rest is used.",
      next: "look after the disk: larder journal verify names the places",
    },
    "log-unknown": {
      title: "Cache log has changed",
      what: "{share:percent} of the lines of the cache's log are of no known shape, as after an update of macOS: numbers of clients may be too low.",
      next: "update larder; if it is current, report lines that are not known",
    },
    "sink-behind": {
      title: "Server not reached",
      what: "{bytes:bytes} wait for {name}; nothing is lost. {why}",
      next: "see what the server answers: sudo larder collect --once",
    },
    "sink-rejects": {
      title: "Lines rejected",
      what: "{name} permanently rejected lines; they are kept ({bytes:bytes}).",
      next: "read the reasons in rejected/ of the state folder, mend the cause, then: larder sinks retry {name}",
    },
    notifier: {
      title: "Notifications fail",
      what: "{name} takes no notices: {why}",
      next: "correct it, then: larder alerts test --to {name}",
    },
  },
} as const;
