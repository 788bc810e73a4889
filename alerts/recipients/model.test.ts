import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { SqliteEngine } from "../../core/sqlite/sqlite.ts";
import { ENGINES } from "../../core/sqlite/testing/engines.ts";
import type { RecipientRequest, WantedRecipient } from "./model.ts";
import { formatRecipientList, parseRecipientList } from "./recipient-list.ts";
import { changeRecipients, loadAlertData } from "./store.ts";
import { bareDatabase, oldToolDatabase, optionsFor, removeFolders } from "./testing/databases.ts";

/** The simplest thing that could be right: a map from the address in small letters. */
class Model {
  readonly people = new Map<string, { language: string; enabled: boolean }>();

  apply(request: RecipientRequest): void {
    if (request.kind === "remove") {
      for (const address of request.addresses) this.people.delete(address.toLowerCase());
      return;
    }
    const named = new Set(request.wanted.map(({ address }) => address.toLowerCase()));
    if (request.kind === "set") for (const key of this.people.keys()) if (!named.has(key)) this.people.delete(key);
    for (const { address, language, enabled } of request.wanted) {
      const before = this.people.get(address.toLowerCase()) ?? { language: "en", enabled: true };
      this.people.set(address.toLowerCase(), {
        language: language ?? before.language,
        enabled: enabled ?? before.enabled,
      });
    }
  }
}

const address = fc
  .tuple(
    fc.constantFrom("ada", "Ada", "bob", "BOB", "eve", "o'brien", "one", "two"),
    fc.constantFrom("example.org", "EXAMPLE.org"),
  )
  .map(([local, domain]) => `${local}@${domain}`);
const wanted: fc.Arbitrary<WantedRecipient> = fc.record({
  address,
  language: fc.option(fc.constantFrom("en", "de", "pt-BR"), { nil: undefined }),
  enabled: fc.option(fc.boolean(), { nil: undefined }),
});
/** What a file gives: written as CSV and read back. */
const imported = fc
  .array(fc.record({ address, language: fc.constantFrom("en", "fr"), enabled: fc.boolean() }), { maxLength: 5 })
  .map(
    (recipients): RecipientRequest => ({
      kind: "add",
      wanted: parseRecipientList(new TextEncoder().encode(formatRecipientList(recipients))).wanted,
    }),
  );
const request: fc.Arbitrary<RecipientRequest> = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), wanted: fc.array(wanted, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("set" as const), wanted: fc.array(wanted, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("remove" as const), addresses: fc.array(address, { maxLength: 3 }) }),
  imported,
);

function describeModel(engine: SqliteEngine): void {
  describe(`any sequence of add, remove, import and set, ${engine} engine`, () => {
    afterAll(removeFolders);

    it("equals the model after every step, with books that never fall behind", async () => {
      const options = optionsFor(engine, { backups: 1 });
      let highest = 0;
      await fc.assert(
        fc.asyncProperty(fc.boolean(), fc.array(request, { minLength: 1, maxLength: 6 }), async (old, requests) => {
          const path = await (old ? oldToolDatabase(engine) : bareDatabase(engine));
          const model = new Model();
          const start = (await loadAlertData(path, options)).recipients;
          model.apply({ kind: "set", wanted: start });
          highest = 0;
          for (const one of requests) {
            model.apply(one);
            const report = await changeRecipients(path, one, options);
            const data = await loadAlertData(path, options);
            const found = data.recipients.map(({ address: text, language, enabled }) => [
              text.toLowerCase(),
              { language, enabled },
            ]);
            expect(new Map(found as [string, { language: string; enabled: boolean }][])).toEqual(model.people);
            expect(data.recipients).toHaveLength(model.people.size);
            expect(report.total).toBe(model.people.size);
            expect(data.repairs).toEqual([]);
            expect(data.book!.lastRow).toBeGreaterThanOrEqual(Math.max(highest, data.book!.highestRow ?? 0));
            highest = data.book!.lastRow;
          }
        }),
        { numRuns: 8 },
      );
    });
  });
}

for (const engine of ENGINES) describeModel(engine);
