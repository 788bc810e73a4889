/**
 * Models an admin names: for devices no inventory knows yet, or where there is none.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { groupOf, isModel, plainModel } from "../words/model.ts";
import { DeviceCounter } from "./device-counter.ts";
import type { DeviceSource } from "./device-source.ts";
import type { DeviceOptionsOf } from "./options.ts";

/**
 * Each model counts as one device; OS and build may follow it: `iPad6,8@26.0/23A341`. A bare family (`iPad`) stays as it
 * is: `matchesModel` takes all models of it.
 */
export function byHandSource(options: DeviceOptionsOf<"by-hand">): DeviceSource {
  return {
    name: "by-hand",
    async count() {
      const tally = new DeviceCounter();
      for (const text of options.models) tally.add(parseModel(text));
      return tally.list();
    },
  };
}

function parseModel(text: string) {
  const [name = "", system = ""] = text.split("@", 2);
  const model = plainModel(name);
  if (!isModel(model) && groupOf(model) === "other" && groupOf(`${model}1,1`) === "other") {
    throw new LarderError(
      `Cannot take "${text}" as a model: it is neither an identifier such as iPad6,8 nor a family such as iPad`,
      { code: "DEVICES_BROKEN", next: "larder precache list shows which models the catalogues know" },
    );
  }
  const [os = "", build = ""] = system.split("/", 2);
  return { model, os: os === "" ? undefined : os, build: build === "" ? undefined : build };
}
