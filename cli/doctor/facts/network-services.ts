/**
 * What `networksetup -listnetworkserviceorder` and `route -n get default` print.
 *
 * @module
 */

/** A network service, as System Settings lists it. */
export interface NetworkService {
  readonly name: string;
  /** `Wi-Fi`, `Ethernet`, `USB 10/100/1000 LAN`; "" where it has none, as a VPN. */
  readonly port: string;
  /** `en0` */
  readonly device: string;
  readonly enabled: boolean;
}

/** The services in the order the system prefers them. */
export function parseNetworkServices(text: string): NetworkService[] {
  const lines = text.split(/\r?\n/).slice(0, 1000);
  return lines.flatMap((line, i) => {
    const named = /^\((\d+|\*)\) (.+)$/.exec(line.trim());
    const held = /^\(Hardware Port: (.*), Device: (.*)\)$/.exec(lines[i + 1]?.trim() ?? "");
    if (named === null || held === null) return [];
    return [{ name: named[2] ?? "", port: held[1] ?? "", device: held[2] ?? "", enabled: named[1] !== "*" }];
  });
}

/** The interface of the default route: `en0`, `utun4`; undefined where there is no route. */
export function parseDefaultRoute(text: string): string | undefined {
  return /^\s*interface:\s*([A-Za-z][A-Za-z0-9]*)\s*$/m.exec(text)?.[1];
}
