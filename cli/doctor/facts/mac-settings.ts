/**
 * What commands of macOS print about power, FileVault, volumes, proxies and time.
 *
 * @module
 */

/** `fdesetup status`: whether FileVault is on; undefined where it does not say. */
export function parseFileVault(text: string): boolean | undefined {
  const word = /^FileVault is (On|Off)\b/m.exec(text)?.[1];
  return word === undefined ? undefined : word === "On";
}

export interface PowerSettings {
  /** Whether it starts after a power failure; undefined where this Mac has no such setting. */
  readonly restarts: boolean | undefined;
  /** Minutes until it sleeps, 0 never; undefined where it does not say. */
  readonly sleepMinutes: number | undefined;
}

/** `pmset -g` */
export function parsePower(text: string): PowerSettings {
  const value = (key: string): number | undefined => {
    const found = new RegExp(`^\\s*${key}\\s+(\\d+)`, "m").exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const restarts = value("autorestart");
  return { restarts: restarts === undefined ? undefined : restarts === 1, sleepMinutes: value("sleep") };
}

/** `mount`: where volumes are mounted. */
export function parseMounts(text: string): string[] {
  return [...text.matchAll(/^\S.*? on (\/.*?) \([^()]*\)$/gm)].map(([, path = ""]) => path);
}

/** The volume a path needs to be mounted: `/Volumes/Cache` of `/Volumes/Cache/Data`; undefined on the start-up disk. */
export function volumeOf(path: string): string | undefined {
  return /^\/Volumes\/[^/]+/.exec(path)?.[0];
}

export interface SystemProxies {
  /** `proxy.example:3128`, for https first. */
  readonly proxy: string | undefined;
  /** Address of a script that decides. */
  readonly script: string | undefined;
}

/** `scutil --proxy` */
export function parseSystemProxies(text: string): SystemProxies {
  const value = (key: string): string | undefined => new RegExp(`^\\s*${key}\\s*:\\s*(\\S+)`, "m").exec(text)?.[1];
  const of = (kind: string): string | undefined => {
    const host = value(`${kind}Proxy`);
    if (value(`${kind}Enable`) !== "1" || host === undefined) return undefined;
    const port = value(`${kind}Port`);
    return port === undefined ? host : `${host}:${port}`;
  };
  const script = value("ProxyAutoConfigEnable") === "1" ? value("ProxyAutoConfigURLString") : undefined;
  return { proxy: of("HTTPS") ?? of("HTTP"), script };
}

/** `sntp time.apple.com`: seconds by which this computer's clock is behind; undefined where no server answered. */
export function parseSntp(text: string): number | undefined {
  const found = /^\s*([+-]\d+(?:\.\d+)?)\s+\+\/-\s+\d/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

export interface LaunchdJob {
  readonly loaded: boolean;
  /** `running`, `not running`, `spawn scheduled`; an open set. */
  readonly state: string | undefined;
  readonly lastExit: string | undefined;
}

/** `launchctl print system/<label>`, whose form Apple does not promise; undefined where it is another. */
export function parseLaunchdJob(text: string): LaunchdJob | undefined {
  if (/Could not find service/i.test(text)) return { loaded: false, state: undefined, lastExit: undefined };
  const state = /^\tstate = ([\w ]{1,40})$/m.exec(text)?.[1];
  const lastExit = /^\tlast exit code = (\d+)/m.exec(text)?.[1];
  return state === undefined ? undefined : { loaded: true, state, lastExit };
}
