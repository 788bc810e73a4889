/**
 * Runs tests for Stryker in milliseconds a mutant: the sources and the tests of a module become one bundle, loaded once.
 * Stryker's own runner of vitest begins a worker, and reads every module, for each mutant: a second and more.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { collected, forget } from "./tests.mjs";

const TESTS = new URL("tests.mjs", import.meta.url).href;
const linesOf = (variable) => (process.env[variable] ?? "").split("\n").filter((line) => line !== "");
/** Parts of titles. */
const LEFT_OUT = linesOf("LARDER_MUTANT_LEFT_OUT");
const { __stryker__: stryker = {} } = globalThis;
globalThis.__stryker__ = stryker;

class BundleRunner {
  static inject = [];
  #bundle = "";
  #loads = 0;
  #tests = new Map();
  /** What each test has taken: of those that reach a mutant, the quickest are asked first. */
  #taken = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    const root = process.cwd();
    const { outputFiles } = await build({
      stdin: {
        contents: ["scripts/test/mutants/fixed-seed.ts", ...linesOf("LARDER_MUTANT_TESTS")]
          .map((path) => `__begin__(${JSON.stringify(path)}); await import(${JSON.stringify(`./${path}`)});`)
          .join("\n"),
        resolveDir: root,
      },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      alias: { vitest: TESTS },
      banner: { js: `import { begin as __begin__ } from ${JSON.stringify(TESTS)};` },
      plugins: [ownPlace],
    });
    this.#bundle = join(root, "bundle-of-tests.mjs");
    writeFileSync(this.#bundle, outputFiles[0].contents);
  }

  async dryRun() {
    stryker.activeMutant = undefined;
    stryker.mutantCoverage = undefined;
    await this.#load();
    const tests = [];
    for (const test of this.#tests.values()) {
      stryker.currentTestId = test.id;
      const failure = await this.#run(test);
      stryker.currentTestId = undefined;
      const timeSpentMs = this.#taken.get(test.id);
      const at = { id: test.id, name: test.id, fileName: join(process.cwd(), test.file), timeSpentMs };
      tests.push(failure === undefined ? { ...at, status: 0 } : { ...at, status: 1, failureMessage: failure });
    }
    return { status: "complete", tests, mutantCoverage: stryker.mutantCoverage ?? { static: {}, perTest: {} } };
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, hitLimit, reloadEnvironment }) {
    stryker.hitCount = 0;
    stryker.hitLimit = hitLimit;
    if (reloadEnvironment || this.#tests.size === 0) {
      // a mutant of a constant is there from the first line on
      stryker.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
      const failure = await this.#load().then(undefined, errorText);
      if (failure !== undefined) return this.#ended(failure, [], activeMutant.id);
    }
    stryker.activeMutant = activeMutant.id;
    let nrOfTests = 0;
    const quickness = (id) => this.#taken.get(id) ?? 0;
    for (const id of [...(testFilter ?? this.#tests.keys())].sort((a, b) => quickness(a) - quickness(b))) {
      nrOfTests++;
      const test = this.#tests.get(id);
      const failure = test === undefined ? "the test is gone" : await this.#run(test);
      if (failure !== undefined) return this.#ended(failure, [id], activeMutant.id, nrOfTests);
    }
    return this.#ended(undefined, [], activeMutant.id, nrOfTests);
  }

  async #run(test) {
    const begun = performance.now();
    const failure = await test.run();
    // one that fails has not taken all its time
    if (failure === undefined || !this.#taken.has(test.id)) this.#taken.set(test.id, performance.now() - begun);
    return failure;
  }

  #ended(failureMessage, killedBy, _mutant, nrOfTests = 1) {
    stryker.activeMutant = undefined;
    if (stryker.hitLimit !== undefined && stryker.hitCount > stryker.hitLimit) {
      return { status: "timeout", reason: `Hit limit reached (${stryker.hitCount}/${stryker.hitLimit})` };
    }
    if (failureMessage === undefined) return { status: "survived", nrOfTests };
    return { status: "killed", failureMessage, killedBy, nrOfTests };
  }

  async #load() {
    forget();
    this.#tests = new Map();
    await import(`${pathToFileURL(this.#bundle).href}?${this.#loads++}`);
    const isTried = ({ title }) => !LEFT_OUT.some((part) => title.includes(part));
    this.#tests = new Map(
      collected()
        .filter(isTried)
        .map((test) => [test.id, test]),
    );
  }
}

/** In a bundle a module still lies where its file does. */
const ownPlace = {
  name: "own-place",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8"))
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(join(path, ".."))),
      loader: "ts",
    }));
  },
};

function errorText(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export const strykerPlugins = [{ kind: "TestRunner", name: "bundle", injectableClass: BundleRunner }];
