import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../../core/log.ts";
import { ADMIN, enginesAvailable, type InfluxEngine, NO_ENGINES, startInflux } from "../../../fixtures/engines.ts";
import { type BucketsFake, startBucketsFake } from "../../../fixtures/influx-fake/buckets.ts";
import { type SinkOptions, sinkSchema } from "../options.ts";
import { type PlannedStep, planInfluxSetup } from "./setup.ts";
import { keepText, planSteps, wantedPlaces } from "./setup-plan.ts";

const FOR_EVER = { raw: undefined, rollup: undefined };
const brief = (steps: readonly PlannedStep[]): string[] =>
  steps.map(({ action, name, said }) => `${action} ${name}: ${said}`);
const plan = (
  sink: SinkOptions,
  keep = FOR_EVER as { raw: number | undefined; rollup: number | undefined },
): Promise<PlannedStep[]> => planInfluxSetup([sink], keep, silentLog);
async function apply(steps: readonly PlannedStep[]): Promise<void> {
  for (const step of steps) await step.apply();
}

describe("planSteps()", () => {
  const sink = sinkSchema.parse({
    name: "a",
    type: "influx1",
    url: "http://h",
    database: "cc",
    rollup: { retentionPolicy: "years" },
  });
  it("wants each place once, the database before its policies", () => {
    const wanted = wantedPlaces(sink, { raw: 90, rollup: undefined });
    expect(wanted.map(({ kind, policy, keepSeconds }) => [kind, policy, keepSeconds])).toEqual([
      ["database", undefined, undefined],
      ["retention policy", undefined, 90 * 86_400],
      ["retention policy", "years", undefined],
    ]);
  });
  it("says when a shorter time deletes points, and changes nothing nobody asked for", () => {
    const found = [
      {
        kind: "retention policy" as const,
        name: "cc",
        policy: "years",
        keepSeconds: 0,
        shardSeconds: 364 * 86_400,
        isDefault: false,
        id: undefined,
      },
    ];
    const [place] = wantedPlaces(sink, FOR_EVER).filter(({ policy }) => policy === "years");
    expect(planSteps([place!], found)[0]).toMatchObject({ action: "keep", said: "keeps forever" });
    const shorter = planSteps([{ ...place!, keepSeconds: 86_400 }], found)[0];
    expect(shorter).toMatchObject({ action: "change", said: "keeps forever, then 1 d, and older points are deleted" });
    const longer = planSteps([{ ...place!, keepSeconds: 0 }], [{ ...found[0]!, keepSeconds: 3600 }])[0];
    expect(longer?.said).toBe("keeps 1 h, then forever");
  });
  it("writes times in days where they are days", () => {
    expect([keepText(0), keepText(86_400 * 400), keepText(3600 * 36)]).toEqual(["forever", "400 d", "1 d 12 h"]);
  });
});

describe.skipIf(!enginesAvailable())(
  `planInfluxSetup() and InfluxDB 1.6.7${enginesAvailable() ? "" : ` (${NO_ENGINES})`}`,
  () => {
    let engine: InfluxEngine;
    beforeAll(async () => {
      engine = await startInflux({ auth: true });
    });
    afterAll(async () => {
      await engine?.stop();
    });
    const sinkOf = (more: object): SinkOptions =>
      sinkSchema.parse({ name: "main", type: "influx1", url: engine.url, database: 'c "c', ...ADMIN, ...more });

    it("creates what is not there, changes what is asked for, and then has nothing to do", async () => {
      const sink = sinkOf({ retentionPolicy: "weeks", rollup: { retentionPolicy: "years" } });
      const steps = await plan(sink, { raw: 90, rollup: undefined });
      expect(brief(steps)).toEqual([
        'create c "c: is not there',
        'create c "c.weeks: is not there, keep 90 d',
        'create c "c.years: is not there, keep forever',
      ]);
      expect(steps[1]?.statement).toBe('CREATE RETENTION POLICY "weeks" ON "c \\"c" DURATION 2160h REPLICATION 1');
      expect((await plan(sink)).every(({ action }) => action === "create")).toBe(true);
      await apply(steps);
      expect(brief(await plan(sink, { raw: 90, rollup: undefined }))).toEqual([
        'keep c "c: is there',
        'keep c "c.weeks: keeps 90 d',
        'keep c "c.years: keeps forever',
      ]);
      const change = await plan(sink, { raw: 400, rollup: 36_500 });
      expect(change.map(({ action }) => action)).toEqual(["keep", "change", "change"]);
      await apply(change);
      expect((await plan(sink, { raw: 400, rollup: 36_500 })).every(({ action }) => action === "keep")).toBe(true);
    });

    it("sets the default policy where none is named", async () => {
      const sink = sinkOf({ database: "plain" });
      await apply(await plan(sink, { raw: 30, rollup: undefined }));
      expect(brief(await plan(sink))).toEqual(["keep plain: is there"]);
      expect(brief(await plan(sink, { raw: 30, rollup: undefined }))[1]).toBe("keep plain.(default): keeps 30 d");
    });

    it("says that the login is refused", async () => {
      await expect(plan(sinkOf({ password: "wrong" }))).rejects.toMatchObject({ code: "SETUP_DENIED" });
    });
  },
);

describe("planInfluxSetup() and InfluxDB 2.x", () => {
  let fake: BucketsFake;
  afterAll(async () => {
    await fake?.stop();
  });
  it.each(["404", "empty"] as const)("creates and changes buckets where an unknown name is %s", async (unknownName) => {
    fake = await startBucketsFake({ token: "t", org: "school", unknownName });
    const given = { name: "two", type: "influx2", url: `${fake.url}/`, bucket: "cc", rollup: { bucket: "cc_long" } };
    const sinkOf = (more: object): SinkOptions => sinkSchema.parse({ ...given, org: "school", token: "t", ...more });
    const sink = sinkOf({});
    const steps = await plan(sink, { raw: 90, rollup: undefined });
    expect(brief(steps)).toEqual(["create cc: is not there, keep 90 d", "create cc_long: is not there, keep forever"]);
    expect(fake.requests.every((request) => request.startsWith("GET "))).toBe(true);
    await apply(steps);
    expect(fake.buckets.map(({ name, retentionRules }) => [name, retentionRules])).toEqual([
      ["cc", [{ type: "expire", everySeconds: 90 * 86_400 }]],
      ["cc_long", [{ type: "expire", everySeconds: 0, shardGroupDurationSeconds: 364 * 86_400 }]],
    ]);
    await apply(await plan(sink, { raw: 30, rollup: undefined }));
    expect(brief(await plan(sink))).toEqual(["keep cc: keeps 30 d", "keep cc_long: keeps forever"]);
    await expect(plan(sinkOf({ token: "x" }))).rejects.toMatchObject({ code: "SETUP_DENIED" });
    await expect(plan(sinkOf({ org: "other" }))).rejects.toMatchObject({ code: "SETUP_REFUSED" });
    await fake.stop();
  });
});

describe("planInfluxSetup() and servers that need no setup", () => {
  it("says so of VictoriaMetrics without asking it, and of 3 Core by its answer", async () => {
    const vm = sinkSchema.parse({ name: "vm", type: "victoriametrics", url: "http://127.0.0.1:1" });
    expect((await plan(vm))[0]).toMatchObject({ action: "none", statement: "" });
    const core = createServer((_request, response) => response.writeHead(404).end("not found")).listen(0, "127.0.0.1");
    await new Promise((resolve) => core.once("listening", resolve));
    const url = `http://127.0.0.1:${(core.address() as AddressInfo).port}`;
    const three = sinkSchema.parse({ name: "three", type: "influx2", url, bucket: "cc", token: "t" });
    expect((await plan(three))[0]).toMatchObject({ action: "none", said: "makes databases at the first write" });
    core.close();
  });
});
