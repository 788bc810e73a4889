import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { hideFromNowOn } from "../../../core/revealed.ts";
import { runs } from "../../../core/testing/runs.ts";
import { packEvidence, readEvidence } from "./evidence.ts";
import { unpackEvidence } from "./zip.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-evidence-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");
const ABOUT = bytes('{"format":1}');

function file(name: string, content: Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe("a zip of evidence", () => {
  it("comes back as it was, and twice the same", async () => {
    const evidence = new Map([
      ["about.json", ABOUT],
      ["disk-cache.plist", new Uint8Array([0x62, 0x70, 0x6c, 0, 255])],
    ]);
    const packed = await packEvidence(evidence);
    expect(await packEvidence(new Map([...evidence].reverse()))).toEqual(packed);
    const back = await readEvidence(file("whole.zip", packed));
    expect([...back].map(([name, each]) => [name, [...each]])).toEqual(
      [...evidence].map(([name, each]) => [name, [...each]]),
    );
  });

  it("holds no secret that this process has read", async () => {
    hideFromNowOn("hunter2-token");
    const packed = await packEvidence(new Map([["sinks.json", bytes('{"said":"no right for hunter2-token"}')]]));
    const back = await unpackEvidence(packed, "x");
    expect(Buffer.from(back.get("sinks.json")!).toString()).toBe('{"said":"no right for (secret)"}');
  });

  it("may lie in a folder of its own, as Finder packs it; other files are left alone", async () => {
    const packed = zipSync({
      "doctor/about.json": ABOUT,
      "../../escape.sh": bytes("rm"),
      "doctor/.DS_Store": bytes("x"),
      "__MACOSX/doctor/._about.json": bytes("x"),
    });
    expect([...(await readEvidence(file("finder.zip", packed))).keys()]).toEqual(["about.json"]);
  });

  it("is refused where it holds more than evidence does, whatever it says of itself", async () => {
    const long = zipSync({ "about.json": new Uint8Array(5 * 1024 * 1024) });
    await expect(readEvidence(file("long.zip", long))).rejects.toMatchObject({ code: "DOCTOR_EVIDENCE" });
    // the same archive, whose directory says that the file is short
    const lying = Buffer.from(long);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(5 * 1024 * 1024);
    for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size)) lying.writeUInt32LE(100, at);
    const back = await unpackEvidence(lying, "x").catch((error: unknown) => error);
    if (back instanceof Map) expect(back.get("about.json").length).toBeLessThanOrEqual(100);
    else expect(back).toMatchObject({ code: "DOCTOR_EVIDENCE" });
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f-${i}.txt`, ABOUT]));
    await expect(readEvidence(file("many.zip", zipSync(many)))).rejects.toMatchObject({ code: "DOCTOR_EVIDENCE" });
  });

  it("is refused with one clear message where it is something else", async () => {
    for (const [name, content] of [
      ["text.zip", bytes("not a zip")],
      ["cut.zip", zipSync({ "about.json": ABOUT }).subarray(0, 60)],
      ["none.zip", zipSync({ "status.json": ABOUT })],
    ] as const) {
      await expect(readEvidence(file(name, content)), name).rejects.toMatchObject({ code: "DOCTOR_EVIDENCE" });
    }
    await expect(readEvidence(join(folder, "missing"))).rejects.toThrow(/there is no such file or folder/);
  });

  it("never does anything but give evidence or refuse", async () => {
    const whole = zipSync({ "about.json": ABOUT, "status.json": bytes("{}") });
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), async (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        await unpackEvidence(damaged, "x").catch((error: unknown) =>
          expect(error).toMatchObject({ code: "DOCTOR_EVIDENCE" }),
        );
      }),
      { numRuns: runs(50) },
    );
  });
});
