import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ALERTS_DEFAULTS, loadAlertData, readRecipients } from "../../../alerts/index.ts";
import { type Answer, larderInProcess, PROGRAM } from "../../testing/in-process.ts";

let folder = "";
let db = "";
let name = 0;

/** The words of a command line, with the places of this test in them. */
const words = (line: string) => [
  "alerts",
  ...line.split(" ").map((word) => word.replace("DB", db).replace("DIR", folder)),
];

/** Runs `larder alerts …` with text on standard input. */
const larder = (line: string, input?: string): Promise<Answer> => larderInProcess(words(line), input);

const addresses = async () => (await readRecipients(db)).map(({ address }) => address);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-alerts-cli-"));
  expect((await larder("init --db DIR/bare.db")).code).toBe(0);
});
beforeEach(() => {
  db = join(folder, `${name++}.db`);
  copyFileSync(join(folder, "bare.db"), db);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("larder alerts", () => {
  it("init says what it did, may be repeated, and leaves alone what is not an alertData.db", async () => {
    expect(await larder("init --db DB")).toMatchObject({ code: 0, out: expect.stringContaining("is there already") });
    const fresh = await larder("init --db DIR/new/alertData.db --dry-run");
    expect(fresh).toMatchObject({ code: 0, out: expect.stringMatching(/to make .*\nnothing was written/) });
    expect(existsSync(join(folder, "new"))).toBe(false);
    writeFileSync(join(folder, "letter.txt"), "Dear Sir or Madam,\n".repeat(20));
    const refused = await larder("recipients add a@example.org --db DIR/letter.txt");
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("DB_NOT_A_DATABASE") });
    expect(await larder("recipients list --db DIR/none.db")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no such file.*\n.*DB_MISSING.*\n {2}try {2}larder alerts init/),
    });
  });

  it("adds from arguments, standard input and a file, and refuses the invalid with their lines", async () => {
    const add = await larder("recipients add --db DB ada@example.org ADA@EXAMPLE.ORG bob@example.org --language pt-br");
    expect(add.code).toBe(0);
    expect(add.out).toMatch(
      /^ {2}added {6}ada@example.org \(pt-BR\)\n {2}added {6}bob@example.org \(pt-BR\)\n2 recipients/,
    );
    const piped = await larder("recipients add - --db DB", "eve@example.org\r\n# a remark\r\nnobody\r\nnothing@\r\n");
    expect(piped.code).toBe(3);
    expect(piped.out).toContain('refused    line 3: "nobody": there is no @');
    expect(piped.out).toContain('refused    line 4: "nothing@": there is nothing after the @');
    writeFileSync(
      join(folder, "list.csv"),
      "\ufeffName;E-Mail;Language\r\nGrace;grace@example.org;en\r\nAda;ada@example.org;de\r\n",
    );
    const imported = await larder("recipients import DIR/list.csv --db DB");
    expect(imported.code).toBe(0);
    expect(imported.out).toContain("changed    ada@example.org: language pt-BR → de");
    expect(await addresses()).toEqual(["ada@example.org", "bob@example.org", "eve@example.org", "grace@example.org"]);
    expect((await larder("recipients add --db DB nobody")).code).toBe(1);
    expect((await larder("recipients add --db DB a@example.org --language English")).code).toBe(2);
    expect(await larder("recipients import DIR/no-such.csv --db DB")).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no such file"),
    });
  });

  it("removes, and says who is not there", async () => {
    await larder("recipients add --db DB ada@example.org bob@example.org eve@example.org");
    const remove = await larder("recipients remove --db DB Bob@Example.org gone@example.org");
    expect(remove).toMatchObject({ code: 1, out: expect.stringContaining("not there  gone@example.org") });
    expect((await larder("recipients remove --db DB gone@example.org nonsense --if-present")).code).toBe(0);
    expect((await larder("recipients remove --db DB --file -", "eve@example.org\n")).code).toBe(0);
    expect(await addresses()).toEqual(["ada@example.org"]);
  });

  it("set replaces the whole list, and refuses what would remove people by accident", async () => {
    await larder("recipients add --db DB ada@example.org bob@example.org");
    const typo = await larder("recipients set --db DB --file -", "ada@example.org\nbob.example.org\n");
    expect(typo).toMatchObject({ code: 1, err: expect.stringContaining("ALERTS_INVALID") });
    expect(typo.out).toContain('line 2: "bob.example.org"');
    expect(await larder("recipients set --db DB --file -")).toMatchObject({
      code: 1,
      err: expect.stringContaining("ALERTS_EMPTY"),
    });
    expect(await addresses()).toEqual(["ada@example.org", "bob@example.org"]);
    const dry = await larder("recipients set --db DB --file - --dry-run", "eve@example.org\n");
    expect(dry).toMatchObject({
      code: 0,
      out: expect.stringContaining("1 recipient on the list afterwards; nothing was written"),
    });
    expect((await larder("recipients set --db DB --file -", "eve@example.org\nada@example.org\n")).code).toBe(0);
    expect(await addresses()).toEqual(["ada@example.org", "eve@example.org"]);
    expect((await larder("recipients set --db DB --file - --skip-invalid", "nope\neve@example.org\n")).code).toBe(3);
    expect((await larder("recipients set --db DB --file - --allow-empty")).code).toBe(0);
    expect(await addresses()).toEqual([]);
  });

  it("exports what set reads back to the same list", async () => {
    await larder("recipients add --db DB ada@example.org --language de");
    await larder("recipients import - --db DB", "address,enabled\no'brien@example.org,no\n");
    const csv = (await larder("recipients export --db DB")).out;
    expect(csv).toBe("address,language,enabled\nada@example.org,de,yes\no'brien@example.org,en,no\n");
    expect((await larder("recipients export --db DB --output DIR/out.csv")).code).toBe(0);
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe(csv);
    const again = await larder("recipients set --db DB --file DIR/out.csv");
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("nothing had to be written") });
  });

  it("switches services and goes back", async () => {
    const enable = await larder("services enable Firewall --mail --db DB");
    expect(enable).toMatchObject({ code: 0, out: expect.stringContaining("changed    Firewall: mail on, push off") });
    expect((await larder("services list --db DB")).out).toMatch(/^Firewall +Firewall +on +off$/m);
    expect((await larder("services disable --all --db DB")).out).toContain("3 services changed");
    expect((await larder("services enable --db DB")).code).toBe(2);
    expect(await larder("services enable Cashing --db DB")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Caching"),
    });
    expect((await larder("restore --list --db DB")).out.trim().split("\n")).toHaveLength(4);
    const back = await larder("restore --db DB");
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining("changed    Caching: mail on, push on") });
  });

  it("answers as JSON", async () => {
    const add = JSON.parse((await larder("recipients add --db DB ada@example.org nope --json")).out) as Record<
      string,
      unknown
    >;
    expect(add).toMatchObject({
      database: db,
      dryRun: false,
      total: 1,
      added: [{ row: 1, version: 1, address: "ada@example.org", language: "en", enabled: true }],
      refused: [{ text: "nope", problem: "there is no @" }],
      repairs: [],
      backup: expect.stringContaining(`${db}.backups/`),
    });
    for (const line of [
      "init",
      "services list",
      "services enable Mail",
      "restore --list",
      "restore",
      "recipients export",
    ]) {
      const { code, out } = await larder(`${line} --db DB --json`);
      expect([line, code, typeof JSON.parse(out)]).toEqual([line, 0, "object"]);
    }
  });

  it("lets nothing in the file steer the terminal", async () => {
    const child = await larder("recipients import - --db DB --dry-run", "\u001b[31mred\u001b[0m\n");
    expect(child.out).not.toContain("\u001b");
  });

  it("reads standard input and ends with its code as a program, and quietly when nobody reads its answer", async () => {
    const start = (line: string) => spawn(process.execPath, [PROGRAM, ...words(line)]);
    const ended = (child: ReturnType<typeof start>) => new Promise((resolve) => child.once("close", resolve));
    const add = start("recipients add - --db DB");
    add.stdin.end("ada@example.org\nnope\n");
    expect(await ended(add)).toBe(3);
    expect(await addresses()).toEqual(["ada@example.org"]);
    const unread = start("services disable --all --db DB");
    unread.stdout.destroy();
    let err = "";
    unread.stderr.on("data", (chunk) => {
      err += String(chunk);
    });
    expect([await ended(unread), err]).toEqual([0, ""]);
    expect((await loadAlertData(db, ALERTS_DEFAULTS)).services.some(({ mail }) => mail)).toBe(false);
  });
});
