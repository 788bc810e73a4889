/**
 * What every inventory must do, whichever system keeps it: count all or fail, wait when asked to, sign in again, keep nothing else.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MdmFaults, type MdmKind, type MdmServer, startMdm } from "../../fixtures/mdm/mdm-server.ts";
import { KINDS, PRIVATE } from "../../fixtures/mdm/school.ts";
import type { DeviceCount } from "../words/asset.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";

export interface DeviceSourceCase {
  readonly name: string;
  readonly kind: MdmKind;
  /** The key of MDMs without sign-in. */
  readonly key?: string;
  readonly open: (origin: string, secret: string) => DeviceSource;
  /** The secret that is right. */
  readonly secret: string;
  /** Whether a token that has run out can be renewed. */
  readonly renews: boolean;
  /** What is known of a kind beside its model and count. */
  readonly tells: { readonly os: boolean; readonly build: boolean; readonly board: boolean };
}

/** A context that remembers what was logged and how long it was made to wait, and never waits. */
export function deviceContext(signal = new AbortController().signal) {
  const logged: string[] = [];
  const waits: number[] = [];
  const said: string[] = [];
  const note = (message: string, details?: object) => logged.push(`${message} ${JSON.stringify(details ?? {})}`);
  const context: DeviceContext = {
    log: { debug: note, info: note, warn: note, error: note },
    signal,
    wait: async (ms) => {
      waits.push(ms);
    },
    nowMs: () => 0,
    say: (text) => void said.push(text),
    random: () => 1,
    modelsNamed: async (name) =>
      KINDS.filter(([, , marketing]) => marketing === name)
        .map(([, model]) => model)
        .slice(0, 1),
  };
  return { context, logged, waits, said };
}

/** The school's devices as this inventory lists them. */
export function expectedCounts(tells: DeviceSourceCase["tells"]): DeviceCount[] {
  const sums = new Map<string, DeviceCount>();
  for (const [, model, , board, os, build, count] of KINDS) {
    const kind = { model, os: tells.os ? os : undefined, build: tells.build ? build : undefined };
    const full = { ...kind, ...(tells.board ? { board } : {}) };
    const key = JSON.stringify(full);
    sums.set(key, { ...full, count: count + (sums.get(key)?.count ?? 0) });
  }
  return sorted([...sums.values()]);
}

export function sorted(counts: readonly DeviceCount[]): DeviceCount[] {
  const key = (count: DeviceCount) => JSON.stringify([count.model, count.os, count.build]);
  return [...counts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function deviceSourceContract({ name, kind, key, open, secret, renews, tells }: DeviceSourceCase): void {
  describe(`${name}, as every inventory`, () => {
    let server: MdmServer;
    const start = async (faults: MdmFaults = {}) => {
      await server.close();
      server = await startMdm(kind, key === undefined ? faults : { key, ...faults });
    };
    beforeEach(async () => {
      server = await startMdm(kind, key === undefined ? {} : { key });
    });
    afterEach(() => server.close());

    it("counts every device on every page, the most numerous first", async () => {
      const counts = await open(server.origin, secret).count(deviceContext().context);
      expect(sorted(counts)).toEqual(expectedCounts(tells));
      expect(counts.map((count) => count.count)).toEqual([...counts.map((count) => count.count)].sort((a, b) => b - a));
      expect(server.asked.length).toBeGreaterThan(2);
    });

    it("keeps no names, serial numbers, users or addresses, and logs none", async () => {
      const { context, logged } = deviceContext();
      const kept = JSON.stringify([await open(server.origin, secret).count(context), logged]);
      for (const word of [...PRIVATE, "192.0.2.9", secret]) expect(kept).not.toContain(word);
    });

    it("waits as long as a busy server says and asks the same page again", async () => {
      await start({ busyEvery: 2, retryAfter: "7" });
      const { context, waits } = deviceContext();
      expect(sorted(await open(server.origin, secret).count(context))).toEqual(expectedCounts(tells));
      expect(waits.length).toBeGreaterThan(0);
      expect(new Set(waits)).toEqual(new Set([7000]));
    });

    if (renews) {
      it("signs in again when the token runs out on page 3, and misses nothing", async () => {
        await start({ tokenLasts: 2 });
        expect(sorted(await open(server.origin, secret).count(deviceContext().context))).toEqual(expectedCounts(tells));
        expect(server.signIns()).toBeGreaterThan(1);
      });

      it("gives up when a new token is refused at once", async () => {
        await start({ tokenLasts: 0 });
        await expect(open(server.origin, secret).count(deviceContext().context)).rejects.toMatchObject({
          code: "DEVICES_DENIED",
        });
        expect(server.asked.length).toBeLessThan(6);
      });
    }

    it("says that the credentials are refused, without repeating them", async () => {
      const failure = await failureOf(open(server.origin, "wr0ng-s3cret").count(deviceContext().context));
      expect(failure.code).toMatch(/DEVICES_DENIED|DEVICES_BROKEN/);
      expect(failure.text).not.toContain("wr0ng-s3cret");
    });

    it("gives up on a server that stays down, after waiting longer and longer", async () => {
      await start({ always: 503 });
      const { context, waits } = deviceContext();
      await expect(open(server.origin, secret).count(context)).rejects.toMatchObject({
        code: "DEVICES_UNREACHABLE",
        retryable: true,
      });
      expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    });

    it("refuses to send a secret in clear, and stops when aborted", async () => {
      expect(() => new URL(server.origin)).not.toThrow();
      await expect(open("http://mdm.school.example", secret).count(deviceContext().context)).rejects.toMatchObject({
        code: "DEVICES_DENIED",
      });
      await expect(open(server.origin, secret).count(deviceContext(AbortSignal.abort()).context)).rejects.toThrow();
      expect(server.asked).toEqual([]);
    });
  });
}

async function failureOf(promise: Promise<unknown>): Promise<{ code: string; text: string }> {
  try {
    await promise;
  } catch (error) {
    const { code, stack } = error as Error & { code: string };
    return { code, text: `${stack} ${JSON.stringify(error)}` };
  }
  throw new Error("it did not fail");
}
