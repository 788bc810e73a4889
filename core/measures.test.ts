import { describe, expect, it } from "vitest";
import {
  DAY_NUMBERS,
  FROM_APPLE,
  FROM_CACHES,
  fieldsOf,
  HIT_RATIO,
  measure,
  measurementsOf,
  ratio,
  SAVED,
  SERVED,
  shown,
  WARMING_COST,
  WARMING_EFFECT,
} from "./measures.ts";
import { fieldSchema } from "./schema.ts";

const SUMS: Readonly<Record<string, number>> = {
  "bytestoclients bytes.fromcache.toclients": 100,
  "bytestoclients bytes.frompeers.toclients": 20,
  "bytestoclients bytes.fromorigin.toclients": 30,
  "bytestoclients bytes.fromorigin.topeers": 5,
  "precacheasset bytes.asked": 50,
  "precacheasset bytes.fromorigin": 10,
};
const sumOf = (measurement: string, field: string): number | undefined => SUMS[`${measurement} ${field}`];

describe("measures", () => {
  it("say what they say of one stretch of time", () => {
    const all = { SERVED, FROM_APPLE, FROM_CACHES, SAVED, WARMING_COST, WARMING_EFFECT };
    const values = Object.fromEntries(Object.entries(all).map(([name, what]) => [name, measure(what, sumOf)]));
    expect(values).toEqual({
      SERVED: 150,
      FROM_APPLE: 30,
      FROM_CACHES: 120,
      SAVED: 80,
      WARMING_COST: 10,
      WARMING_EFFECT: 60,
    });
    expect(ratio(measure(HIT_RATIO.part, sumOf), measure(HIT_RATIO.whole, sumOf))).toBe(120 / 150);
  });

  it("are called what boards, reports and pages call them", () => {
    const all = [SERVED, FROM_APPLE, FROM_CACHES, SAVED, WARMING_COST, WARMING_EFFECT, HIT_RATIO];
    expect(all.map(({ title }) => title)).toEqual([
      "Served",
      "From Apple",
      "From the caches",
      "Saved",
      "Warming, from Apple",
      "From the cache's disk",
      "Hit ratio",
    ]);
  });

  it("tell no traffic from a ratio of nothing", () => {
    expect(ratio(0, 0)).toBeUndefined();
  });

  it("keep the sign of a part, and show no total below zero", () => {
    const warmingAlone = (measurement: string, field: string): number | undefined =>
      measurement === "precacheasset" ? sumOf(measurement, field) : undefined;
    expect(measure(SAVED, warmingAlone)).toBe(-40);
    expect(shown(SAVED, -40)).toBe(0);
    expect(shown(SAVED, 7)).toBe(7);
    expect(shown(SERVED, -1)).toBe(-1);
  });

  it("stay exact beyond 2^53", () => {
    const huge = (_: string, field: string): bigint | undefined =>
      field.startsWith("bytes.fromcache") ? 9_223_372_036_854_775_807n : undefined;
    expect(measure(SERVED, huge)).toBe(9_223_372_036_854_775_807n);
  });

  it("ask for fields the schema has, and are never more than what they are part of", () => {
    for (const what of [SERVED, FROM_APPLE, FROM_CACHES, SAVED, WARMING_COST, WARMING_EFFECT]) {
      for (const { measurement, fields } of [...what.add, ...what.subtract]) {
        for (const field of fields) expect(fieldSchema(measurement, field), `${measurement} ${field}`).toBeDefined();
      }
    }
    expect(Object.keys(DAY_NUMBERS)).toEqual(["local", "origin", "saved"]);
    expect(measurementsOf(SERVED, SAVED)).toEqual(["bytestoclients", "precacheasset"]);
  });

  it("need no other fields for warming than for savings: traffic has sums of those alone", () => {
    for (const measurement of ["bytestoclients", "precacheasset"]) {
      const all = fieldsOf(measurement, SERVED, SAVED, FROM_APPLE, FROM_CACHES, WARMING_COST, WARMING_EFFECT);
      expect(all).toEqual(fieldsOf(measurement, SERVED, SAVED));
    }
    expect(fieldsOf("precacheasset", SAVED, WARMING_COST)).toEqual(["bytes.fromorigin", "bytes.asked"]);
  });
});
