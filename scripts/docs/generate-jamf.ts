/**
 * Writes deploy/profile/org.larder.jamf.json from the schema of the settings: the custom schema with which Jamf Pro makes
 * a form of a preference domain.
 *
 * @module
 */
import { DOMAIN } from "../../cli/load-settings.ts";
import { DESCRIPTION, isScalar, merged, pfmType, TITLE, titleOf } from "./generate-manifest.ts";
import { type SchemaNode, settingsSchema } from "./generate-settings-keys.ts";
import { type GeneratedPage, writeWhenStarted } from "./generated-page.ts";

export const jamfPage: GeneratedPage = {
  path: `deploy/profile/${DOMAIN}.jamf.json`,
  text: () => `${JSON.stringify(jamfSchema(), null, 2)}\n`,
};

/** A property of the form. */
type JamfProperty = Readonly<Record<string, unknown>>;

function jamfSchema(): JamfProperty {
  return {
    title: `${TITLE} (${DOMAIN})`,
    description: DESCRIPTION,
    __preferencedomain: DOMAIN,
    options: { remove_empty_properties: true },
    properties: propertiesOf(settingsSchema()),
  };
}

function propertiesOf(node: SchemaNode): JamfProperty {
  const entries = Object.entries(node.properties ?? {}).map(([name, child], index) => [
    name,
    { title: titleOf(name), property_order: index + 1, ...property(child) },
  ]);
  return Object.fromEntries(entries);
}

const TYPES: Readonly<Record<string, string>> = { dictionary: "object", real: "number" };

function property(node: SchemaNode): JamfProperty {
  const kind = pfmType(node);
  const type = TYPES[kind] ?? kind;
  const { description, minimum, maximum } = node;
  return {
    ...(description === undefined ? {} : { description }),
    type,
    // left out of the profile until somebody fills it in: a default that is written down no longer follows larder's
    ...(isScalar(node.default) ? { options: { inputAttributes: { placeholder: String(node.default) } } } : {}),
    ...(node.enum === undefined ? {} : { enum: node.enum }),
    ...(type === "integer" && minimum !== undefined ? { minimum } : {}),
    ...(type === "integer" && maximum !== undefined ? { maximum } : {}),
    ...(type === "array" ? { items: property(merged(node.items ?? {})) } : {}),
    ...(type === "object" ? objectParts(merged(node)) : {}),
  };
}

/** The keys of an object; of one whose keys the admin names, that they are texts. */
function objectParts(node: SchemaNode): JamfProperty {
  return node.properties === undefined
    ? { additionalProperties: { type: "string" } }
    : { properties: propertiesOf(node) };
}

writeWhenStarted(import.meta, jamfPage);
