/** What lists and inventories of devices hold. */

import { silentLog } from "../../../core/log.ts";
import { openDeviceSource } from "../../../precache/devices/devices.ts";
import { deviceOptions } from "../../../precache/devices/options.ts";
import { answer, asAnswer, asFile } from "../edges.ts";
import { json, sharedFiles, texts } from "../seeds.ts";
import type { Target } from "../target.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");

const DEVICES = {
  ...{ log: silentLog, nowMs: () => NOW, random: () => 0.5, say: () => undefined, wait: async () => {} },
  modelsNamed: async () => ["iPad7,11"],
};

/** Any inventory, all of whose answers are the input. */
function inventory(name: string, options: (url: string) => unknown, seeds: Target["seeds"]): Target {
  return {
    name: `precache/${name}`,
    seeds,
    shortRound: 3,
    // a hundred requests, where pages do not end
    mostMs: 4000,
    run: asAnswer(async (url) => {
      const source = await openDeviceSource(deviceOptions.parse(options(url)));
      return await source.count({ ...DEVICES, signal: AbortSignal.timeout(5000) });
    }),
  };
}

const csv = () => [...sharedFiles("reported/device-lists", ".csv"), ...texts("model,os,count\niPad7,11;18.1;3\n")];

export const targets: readonly Target[] = [
  {
    name: "precache/devices-csv",
    seeds: csv,
    words: ["model", "sep=;", '"', "\t", "total"],
    run: asFile("devices.csv", async (path) => {
      const source = await openDeviceSource(deviceOptions.parse({ kind: "csv", path }));
      return await source.count({ ...DEVICES, signal: new AbortController().signal });
    }),
  },
  inventory(
    "jamf",
    (server) => ({ kind: "jamf", server, clientId: "a", clientSecret: "secret1", include: ["mobile"] }),
    () =>
      json({
        access_token: "token-1",
        expires_in: 59,
        totalCount: 1,
        results: [
          {
            general: { osVersion: "18.1", osBuild: "22B83" },
            hardware: { modelIdentifier: "iPad7,11" },
            softwareUpdateDeviceId: "J171AP",
          },
        ],
      }),
  ),
  inventory(
    "simplemdm",
    (url) => ({ kind: "simplemdm", base: `${url}/`, token: "secret1" }),
    () =>
      json({
        data: [{ id: 1, attributes: { product_name: "iPad7,11", os_version: "18.1", build_version: "22B83" } }],
        has_more: false,
      }),
  ),
  inventory(
    "kandji",
    (url) => ({ kind: "kandji", base: `${url}/`, token: "secret1" }),
    () => [
      ...json([
        { device_id: "1", model: "iPad (7th generation)", os_version: "18.1", supplemental_build_version: "22B83" },
      ]),
      answer(403, "{}"),
    ],
  ),
  inventory(
    "mosyle",
    (url) => ({
      kind: "mosyle",
      base: `${url}/`,
      accessToken: "secret1",
      email: "a@b.c",
      password: "secret2",
      systems: ["ios"],
    }),
    () =>
      json({
        status: "OK",
        response: [{ devices: [{ device_model: "iPad7,11", osversion: "18.1" }], rows: 1, page_size: 50 }],
      }),
  ),
  inventory(
    "meraki",
    (url) => ({ kind: "meraki", base: `${url}/`, apiKey: "secret1", networks: ["N_1"] }),
    () => json([{ id: "1", systemModel: "iPad7,11", osName: "iOS 18.1" }]),
  ),
  inventory(
    "intune",
    (url) => ({
      kind: "intune",
      base: `${url}/`,
      loginBase: `${url}/`,
      tenant: "t",
      clientId: "a",
      clientSecret: "secret1",
    }),
    () =>
      json({
        access_token: "token-1",
        expires_in: 59,
        value: [{ operatingSystem: "iPadOS", model: "iPad7,11", osVersion: "18.1" }],
      }),
  ),
];
