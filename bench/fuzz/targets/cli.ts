/** What only `cli` reads: settings, and the evidence of a doctor. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packEvidence, unpackEvidence } from "../../../cli/doctor/evidence/zip.ts";
import { readFacts } from "../../../cli/doctor/facts/facts.ts";
import { larderOptions } from "../../../cli/load-settings.ts";
import { examineSettings, readSettings } from "../../../core/config/config.ts";
import { asFile } from "../edges.ts";
import { json, ownFiles, sharedFiles } from "../seeds.ts";
import type { Target } from "../target.ts";

const DOCTOR = join(import.meta.dirname, "../../../fixtures/doctor");

/** The evidence of a healthy cache, by name. */
const healthy = () =>
  new Map(
    readdirSync(join(DOCTOR, "healthy-cache")).map((name) => [name, readFileSync(join(DOCTOR, "healthy-cache", name))]),
  );

export const targets: readonly Target[] = [
  {
    name: "cli/settings",
    seeds: () => [
      ...json({
        server: "cache01",
        tags: { site: "x" },
        sinks: { main: { type: "influx1", url: "http://x:8086", database: "larder" } },
        precache: { models: ["iPad7,11"], catalogs: [{ kind: "mesu" }] },
        alerts: { notify: { a: { type: "ntfy", url: "http://x/t" } } },
      }),
      ...sharedFiles("state-0.1", "cache01.json"),
      ...ownFiles("deploy/profile", "org.larder.plist"),
    ],
    words: ['"sinks":{', '"precache":{', '"__proto__":', '"alerts":{'],
    shortRound: 6,
    run: asFile("larder.json", async (path) => {
      const values = await readSettings(path);
      return examineSettings(larderOptions, [{ origin: "file", place: path, values } as never]);
    }),
  },
  {
    name: "cli/evidence",
    seeds: async () => [Buffer.from(await packEvidence(healthy()))],
    run: async (input) => await readFacts(await unpackEvidence(input, "evidence.zip")),
  },
  {
    name: "cli/facts",
    // the name of a file, and what is in it
    seeds: () =>
      readdirSync(DOCTOR).flatMap((scene) =>
        readdirSync(join(DOCTOR, scene))
          .filter((name) => name !== "about.json")
          .map((name) =>
            Buffer.concat([Buffer.from(`${name}\n`), readFileSync(join(DOCTOR, scene, name)).subarray(0, 6000)]),
          ),
      ),
    shortRound: 6,
    run: async (input) => {
      const end = Math.max(0, input.indexOf(0x0a));
      const changed = new Map<string, Uint8Array>([
        ...healthy(),
        [input.toString("latin1", 0, end), input.subarray(end + 1)],
      ]);
      return await readFacts(changed);
    },
  },
];
