/**
 * The flags of `larder receive` as settings.
 *
 * @module
 */
import { layerOfKeyFlags, wholeNumber } from "../../flag-layer.ts";
import type { ReceiveFlags } from "./register.ts";

/** Above the settings of files and the environment. */
export function layerOfReceive(flags: ReceiveFlags) {
  return layerOfKeyFlags([
    { key: "receive.host", flag: "--host", value: flags.host },
    { key: "receive.port", flag: "--port", value: wholeNumber(flags.port) },
    { key: "receive.tokenFile", flag: "--token-file", value: flags.tokenFile },
    { key: "receive.tlsCertFile", flag: "--tls-cert", value: flags.tlsCert },
    { key: "receive.tlsKeyFile", flag: "--tls-key", value: flags.tlsKey },
    { key: "receive.clientCaFile", flag: "--client-ca", value: flags.clientCa },
    { key: "receive.sitesFile", flag: "--sites-file", value: flags.sitesFile },
  ]);
}
