/** Targets with a fault each, which shows at the input `bad`. */
import { LarderError } from "../../../core/errors.ts";
import { NotTheSame, type Target } from "../target.ts";

const seeds = () => [Buffer.from("good"), Buffer.from("bad")];
const isBad = (input: Buffer): boolean => input.toString() === "bad";

function planted(name: string, harm: () => unknown): Target {
  return { name: `planted/${name}`, seeds, run: (input) => (isBad(input) ? harm() : undefined) };
}

export const targets: readonly Target[] = [
  {
    ...planted("type-error", () => undefined),
    run: (input) => {
      if (isBad(input)) throw new TypeError("x");
    },
  },
  planted("pollution", () => {
    Object.defineProperty(Object.prototype, "polluted", { value: 1, configurable: true });
  }),
  planted("prototype", () => ({ peers: [Object.create({ admin: true })] })),
  {
    ...planted("not-the-same", () => undefined),
    run: (input) => {
      if (isBad(input)) throw new NotTheSame(1, 2);
    },
  },
  {
    ...planted("slow", () => {
      const end = performance.now() + 200;
      while (performance.now() < end) Math.sqrt(2);
    }),
    mostMs: 5,
  },
  planted("long-message", () => {
    throw new LarderError("x".repeat(3000), { code: "X" });
  }),
  planted("hang", () => {
    for (;;) Math.sqrt(2);
  }),
  planted("memory", () => {
    const held: number[][] = [];
    for (;;) held.push(new Array<number>(1_000_000).fill(1.5));
  }),
  {
    name: "planted/deep",
    seeds: () => [Buffer.from("----")],
    words: ["F", "U", "Z"],
    run: (input) => {
      if (input[0] !== 0x46) return "nothing";
      if (input[1] !== 0x55) return "one";
      if (input[2] !== 0x5a) return "two";
      throw new TypeError("three");
    },
  },
];
