/**
 * Counting devices without keeping them: one number for each kind, nothing else.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { DeviceCount } from "../words/asset.ts";
import { groupOf, isModel, plainModel } from "../words/model.ts";
import type { DeviceContext } from "./device-source.ts";

/** What is read of one device's record; the rest of it is dropped. Text as the inventory writes it. */
export interface DeviceFacts {
  readonly model: string | undefined;
  /** A version, alone or with words around it: `macOS 14.1 (23B74)`. */
  readonly os?: string | undefined;
  readonly build?: string | undefined;
  readonly board?: string | undefined;
  /** Default 1. */
  readonly count?: number;
}

const LONGEST_MODEL = 80;
const BUILD = /^\d{1,3}[A-Z]\d{1,9}[a-z]?$/;
const BOARD = /^(?:[A-Z]\w{2,8}AP|Mac-[0-9A-F]{16})$/i;

/** Devices counted by model, OS, build and board. */
export class DeviceCounter {
  private readonly counts = new Map<string, DeviceCount>();
  private nameless = 0;

  /** Counts one device, or several alike. One without a model is only counted as left out. */
  add(facts: DeviceFacts): void {
    const count = facts.count ?? 1;
    const model = plainModel(facts.model ?? "").replace(/\s+/g, " ");
    if (model === "" || model.length > LONGEST_MODEL) {
      this.nameless += count;
      return;
    }
    const os = /\d+(?:\.\d+)*/.exec(facts.os ?? "")?.[0];
    const build = matching(BUILD, facts.build) ?? /\((\d+[A-Z]\d+[a-z]?)\)/.exec(facts.os ?? "")?.[1];
    const board = matching(BOARD, facts.board);
    this.count({ model, os, build, count, ...(board === undefined ? {} : { board }) });
  }

  /** Counts one record. One of the wrong shape must not cost the others: it is only counted as left out. */
  addRecord(read: () => DeviceFacts): void {
    try {
      this.add(read());
    } catch (error) {
      if (!(error instanceof LarderError) || error.code !== "SHAPE_WRONG") throw error;
      this.nameless += 1;
    }
  }

  /** The counts, the most numerous first, equals in the order of their names. */
  list(): DeviceCount[] {
    return [...this.counts.values()].sort(
      (a, b) => b.count - a.count || compare(a.model, b.model) || compare(a.build ?? "", b.build ?? ""),
    );
  }

  /** The counts with marketing names turned into identifiers, and a word in the log about what could not be counted. */
  async finish(name: string, context: DeviceContext): Promise<DeviceCount[]> {
    if (this.nameless > 0) {
      context.log.warn("devices without a readable model are left out", { source: name, devices: this.nameless });
    }
    const resolved = new DeviceCounter();
    const unknown = new Map<string, number>();
    for (const device of this.counts.values()) {
      const models = isModel(device.model) ? [device.model] : await context.modelsNamed(device.model);
      if (models.length === 0 && groupOf(device.model) === "other") {
        unknown.set(device.model, device.count + (unknown.get(device.model) ?? 0));
      }
      for (const share of shares(device, models)) resolved.count(share);
    }
    this.requireOne(name, resolved, unknown);
    if (unknown.size > 0) {
      const [model] = unknown.keys();
      const devices = [...unknown.values()].reduce((sum, count) => sum + count, 0);
      context.log.warn("nobody knows the identifier of some models", {
        source: name,
        models: unknown.size,
        devices,
        model,
      });
    }
    return resolved.list();
  }

  /** An inventory of which no device was understood must not pass for an empty one. */
  private requireOne(name: string, resolved: DeviceCounter, unknown: ReadonlyMap<string, number>): void {
    const known = [...resolved.counts.values()].some((device) => !unknown.has(device.model));
    if (known || resolved.counts.size + this.nameless === 0) return;
    const [model] = unknown.keys();
    const first = model === undefined ? "none has a model" : `the first is "${model}"`;
    throw new LarderError(
      `Cannot count the devices of ${name}: not one of them is of a model that is known (${first})`,
      {
        code: "DEVICES_BROKEN",
        next: "larder precache list shows which models the catalogues know, such as iPad6,8",
      },
    );
  }

  private count(device: DeviceCount): void {
    const key = JSON.stringify([device.model, device.os, device.build, device.board]);
    this.counts.set(key, { ...device, count: device.count + (this.counts.get(key)?.count ?? 0) });
  }
}

/**
 * The devices of one marketing name, spread evenly over the models it may stand for: each of them may be there, so each
 * counts at least one. A name nobody knows stays as it is.
 */
function shares(device: DeviceCount, models: readonly string[]): DeviceCount[] {
  if (models.length === 0) return [device];
  const each = Math.floor(device.count / models.length);
  const rest = device.count % models.length;
  return models.map((model, index) => ({ ...device, model, count: Math.max(1, each + (index < rest ? 1 : 0)) }));
}

function matching(pattern: RegExp, text: string | undefined): string | undefined {
  const plain = text?.trim() ?? "";
  return pattern.test(plain) ? plain : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
