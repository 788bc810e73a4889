import { describe, expect, it } from "vitest";
import { type Looked, recorded } from "./recorder.ts";

describe("a recorded value", () => {
  it("notes what is read of it, once, in the order of reading, and gives what it would give", () => {
    class Book {
      readonly #secret = 3;
      get count() {
        return this.#secret;
      }
    }
    const facts = {
      status: { pressure: 0.5, used: undefined },
      peers: [{ healthy: true }, { healthy: false }],
      book: new Book(),
    };
    const looked: Looked[] = [];
    const view = recorded(facts, looked);
    expect(view.peers.map(({ healthy }) => healthy)).toEqual([true, false]);
    expect([view.status.pressure, view.status.pressure, view.status.used, view.book.count]).toEqual([
      0.5,
      0.5,
      undefined,
      3,
    ]);
    expect(looked).toEqual([
      { fact: "peers[0].healthy", value: true },
      { fact: "peers[1].healthy", value: false },
      { fact: "status.pressure", value: 0.5 },
      { fact: "status.used", value: undefined },
      { fact: "book.count", value: 3 },
    ]);
  });
});
