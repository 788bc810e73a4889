import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { columnsOf } from "../../../core/words/columns.ts";
import { packEvidence, readEvidence } from "../../doctor/doctor.ts";
import { larderInProcess } from "../../testing/in-process.ts";

const CASES = join(import.meta.dirname, "../../../fixtures/doctor");
const folder = mkdtempSync(join(tmpdir(), "larder-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("larder doctor --from", () => {
  it.each([
    ["healthy-cache", 0],
    ["filevault", 3],
    ["record-hidden", 1],
  ])("%s ends with the code of its worst finding, %i", async (name, code) => {
    expect((await larderInProcess(["doctor", "--from", join(CASES, name)])).code).toBe(code);
  });

  it("fits 80 columns in every case, and says what, why, what was seen and what to do", async () => {
    for (const name of readdirSync(CASES)) {
      const { out } = await larderInProcess(["doctor", "--from", join(CASES, name)]);
      expect(out.split("\n").filter((line) => columnsOf(line) > 80)).toEqual([]);
      if (!name.startsWith("healthy"))
        expect(out, name).toMatch(/\n[!x] .*\n( {2}.*\n)+ {2}seen {2}.*\n( {8}.*\n)* {2}do {4}/);
    }
  });

  it("says the same of a folder and of a zip of it", async () => {
    const from = join(CASES, "record-hidden");
    const zip = join(folder, "sent.zip");
    writeFileSync(zip, await packEvidence(await readEvidence(from)));
    const [one, other] = [
      await larderInProcess(["doctor", "--from", from]),
      await larderInProcess(["doctor", "--from", zip]),
    ];
    expect(other).toEqual(one);
  });

  it("refuses what is not evidence with one message", async () => {
    cpSync(join(CASES, "filevault"), join(folder, "torn"), { recursive: true });
    rmSync(join(folder, "torn/about.json"));
    const { code, err } = await larderInProcess(["doctor", "--from", join(folder, "torn")]);
    expect(code).toBe(1);
    expect(err).toContain("DOCTOR_EVIDENCE");
  });
});

describe("larder doctor --collect", () => {
  it("writes a zip for this user alone, without a secret that a server repeats", async () => {
    const echo = createServer((request, response) => {
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: `bad login ${JSON.stringify(request.headers)}` }));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => echo.once("listening", resolve));
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    const sinks = [{ name: "main", type: "influx1", url, database: "d", username: "u", password: "hunter2-MARKER" }];
    const settings = join(folder, "larder.json");
    writeFileSync(settings, JSON.stringify({ stateDir: join(folder, "state"), sinks }));
    const zip = join(folder, "doctor.zip");
    const words = ["doctor", "-c", settings, "--collect", zip];
    const { code, out } = await larderInProcess(words);
    echo.close();
    expect([code, out]).toEqual([0, expect.stringContaining("doctor.zip")]);
    expect(statSync(zip).mode & 0o077).toBe(0);
    const files = Object.entries(unzipSync(readFileSync(zip))).map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString(),
    ]);
    const text = JSON.stringify(files);
    expect(text).toContain("SINK_DENIED");
    for (const form of ["hunter2", Buffer.from("u:hunter2-MARKER").toString("base64")])
      expect(text).not.toContain(form);
    // what is there stays
    const again = await larderInProcess(words);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("DOCTOR_COLLECT")]);
    const diagnosed = await larderInProcess(["doctor", "--from", zip, "--json"]);
    expect(JSON.parse(diagnosed.out).findings.map(({ id }: { id: string }) => id)).toContain("sink-denied");
  });
});
