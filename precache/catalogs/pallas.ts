/**
 * gdmf v2/assets ("Pallas"): the very file each device will ask for, asked for as the device asks.
 *
 * One question for each board, model, version and build among the devices; the answer is its own delta where Apple has one,
 * and the full image. A device whose version is unknown is asked for as `26.0`, build `0`: full images only.
 *
 * Its quirks: full images carry `9.9.<version>`; tvOS answers with all deltas whatever the build, so those no device of ours
 * starts from are left out; errors come as tokens too; the certificate is Apple's own.
 *
 * @module
 */
import { pMapIterable } from "p-map";
import { errorText, LarderError } from "../../core/errors.ts";
import type { Shape } from "../untrusted/untrusted.ts";
import { readBytes } from "../untrusted/untrusted.ts";
import type { Asset, AssetGroup, DeviceCount } from "../words/asset.ts";
import { groupOf, isModel, matchesModel, plainModel } from "../words/model.ts";
import { plainVersion } from "../words/os-version.ts";
import { digestOf, draftAsset, updateTitle } from "./asset-draft.ts";
import { type BoardTable, boardsOf, boardTable } from "./boards.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";
import { catalogOf, type Entries } from "./entries.ts";
import { readToken } from "./jwt.ts";
import type { OptionsOf } from "./options.ts";
import { type PallasQuestion, questionBody } from "./pallas-question.ts";

const NAME = "pallas";
const SYSTEMS: Partial<Readonly<Record<AssetGroup, string>>> = {
  iPad: "iPadOS",
  Mac: "macOS",
  AppleTV: "tvOS",
  Watch: "watchOS",
  Vision: "visionOS",
  AudioAccessory: "HomePod",
};

/** The catalogue behind `kind: "pallas"`. It lists nothing when no devices are wanted: it can only be asked for a device. */
export function pallasCatalog(options: OptionsOf<"pallas">): Catalog {
  return catalogOf(NAME, (context, entries) => list(options, context, entries));
}

async function* list(options: OptionsOf<"pallas">, context: CatalogContext, entries: Entries): AsyncIterable<Asset> {
  const questions = await questionsFor(options, context);
  const { concurrency } = options;
  const asking = async (question: PallasQuestion) => ({
    question,
    answer: await ask(question, options, context, entries),
  });
  const refused = new Map<string, Error>();
  const answered = new Set<string>();
  for await (const { question, answer } of pMapIterable(questions, asking, { concurrency })) {
    if (answer instanceof Error) refused.set(kindOf(question), answer);
    else {
      answered.add(kindOf(question));
      yield* answer;
    }
  }
  tellRefusals(refused, answered, context);
}

/** What is asked for under each board a model may have: one of them is the right one. */
function kindOf({ model, os, build, splat }: PallasQuestion): string {
  return JSON.stringify([model, os, build, splat]);
}

/** @throws the first refusal when there was no answer at all */
function tellRefusals(refused: Map<string, Error>, answered: ReadonlySet<string>, context: CatalogContext): void {
  for (const kind of answered) refused.delete(kind);
  const errors = [...refused.values()];
  const [first] = errors;
  if (first === undefined) return;
  if (answered.size === 0) throw first;
  const kinds = `${errors.length} of ${errors.length + answered.size}`;
  const unheard = errors.find((error) => error instanceof LarderError && error.retryable);
  // what Apple has nothing for is not a failure; what it could not be asked for is
  if (unheard !== undefined) context.trouble(`the updates of ${kinds} kinds of devices: ${unheard.message}`);
  else context.log.warn("gdmf does not answer for some kinds of devices", { kinds, why: first.message });
}

/** Every different question the devices make, each once; those of the most devices first. */
async function questionsFor(options: OptionsOf<"pallas">, context: CatalogContext): Promise<PallasQuestion[]> {
  const table = boardTable(options.boardsUrl, options.maxBytes, context);
  const sources = { given: options.boards, table };
  const questions = new Map<string, PallasQuestion>();
  for (const wanted of [...context.devices].sort((a, b) => b.count - a.count)) {
    for (const device of await exactModels(wanted, table)) {
      for (const question of await questionsOf(device, options, () => boardsOf(device, sources), context)) {
        questions.set(JSON.stringify(question), question);
      }
    }
  }
  if (questions.size > options.maxRequests) {
    context.log.warn("more kinds of devices than may be asked for; the rarest are left out", {
      kinds: questions.size,
      asked: options.maxRequests,
    });
  }
  return [...questions.values()].slice(0, options.maxRequests);
}

/** The device itself, or one of every model that the table of boards knows of its family. */
async function exactModels(device: DeviceCount, table: () => Promise<BoardTable>): Promise<readonly DeviceCount[]> {
  if (isModel(plainModel(device.model))) return [device];
  const models = [...(await table()).keys()].filter((model) => isModel(model) && matchesModel(device.model, model));
  const { os, build, count } = device;
  return models.length === 0 ? [device] : models.map((model) => ({ model, os, build, count }));
}

async function questionsOf(
  device: DeviceCount,
  options: OptionsOf<"pallas">,
  boards: () => Promise<readonly string[]>,
  context: CatalogContext,
): Promise<PallasQuestion[]> {
  const model = plainModel(device.model);
  const group = groupOf(model);
  if (!isModel(model) || group === "other") {
    context.log.warn("nobody knows such a model; left out", { catalog: NAME, model: device.model });
    return [];
  }
  const found = await boards();
  if (found.length === 0) context.log.warn("no table knows the board of a model; left out", { catalog: NAME, model });
  const splats = options.improvements && device.build !== undefined ? [false, true] : [false];
  return found.flatMap((board) =>
    splats.map((splat) => ({ group, board, model, os: device.os, build: device.build, splat })),
  );
}

/** The assets of one answer, or the error that one question met: it must not cost the others. */
async function ask(
  question: PallasQuestion,
  options: OptionsOf<"pallas">,
  context: CatalogContext,
  entries: Entries,
): Promise<Asset[] | Error> {
  const body = questionBody(question, options.audiences);
  try {
    context.signal.throwIfAborted();
    const document = await context.fetch.open({
      url: options.url,
      kind: "token",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...body, Nonce: crypto.randomUUID() }),
      sameAs: JSON.stringify(body),
      maxBytes: options.maxBytes,
      explainRefusal,
      caFile: options.caFile,
    });
    return parseAnswer(question, readToken(await readBytes(document.read()), options.url), entries);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const { model, os, build } = question;
    context.log.debug("gdmf does not answer for a kind of device", { model, os, build, why: errorText(error) });
    return error instanceof Error ? error : new Error(errorText(error));
  }
}

/** What gdmf says when it refuses: `AssetType not found`. */
function explainRefusal(body: Buffer): string | undefined {
  try {
    return readToken(body, "refusal").get("Message").optionalText();
  } catch {
    return undefined;
  }
}

/** The assets of an answer that this kind of device can use: its own deltas, and full images. */
function parseAnswer(question: PallasQuestion, answer: Shape, entries: Entries): Asset[] {
  return answer
    .get("Assets")
    .items()
    .flatMap((entry) => {
      const asset = entries.read(entry.place, () => parseAsset(question, entry));
      return asset === undefined || !suits(asset, question) ? [] : [asset];
    });
}

/** Its own delta, or a full image. */
function suits({ fromBuilds }: Asset, { build }: PallasQuestion): boolean {
  return fromBuilds.length === 0 || (build !== undefined && fromBuilds.includes(build));
}

function parseAsset(question: PallasQuestion, entry: Shape): Asset {
  const version = plainVersion(entry.get("OSVersion").text());
  const build = entry.get("Build").optionalText();
  const fromBuilds = entry.get("PrerequisiteBuild").texts();
  const algorithm = entry.get("_MeasurementAlgorithm").optionalText() ?? "SHA-1";
  const measurement = entry.get("_Measurement").optionalText();
  return draftAsset({
    url: entry.get("__BaseURL").text() + entry.get("__RelativePath").text(),
    title: updateTitle({ system: SYSTEMS[question.group] ?? "iOS", version, models: [question.model], fromBuilds }),
    group: question.group,
    sizeBytes: entry.get("_DownloadSize").optionalCount(),
    digest: digestOf(algorithm, measurement === undefined ? undefined : Buffer.from(measurement, "base64")),
    version,
    build,
    models: [question.model],
    fromBuilds,
    catalog: NAME,
  });
}
