/**
 * `alerts.notifiers[]` of the settings: whom to notify. Each type has its own keys.
 *
 * @module
 */
import * as z from "zod";
import { secretSchema, withFlatSecrets } from "../../core/config/config.ts";

const text = z.string().min(1);

const common = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "use up to 64 letters, digits, dots, dashes or underscores")
    .describe("Your name for it."),
  only: z
    .record(z.string(), z.string())
    .optional()
    .describe("Only alerts of caches with these tags, such as a region; without it, all."),
  leastLevel: z.enum(["warn", "bad"]).default("warn").describe("bad: only what needs action now."),
};

const url = secretSchema().describe("Its address; who knows it can write there, so better in a file.");

function keysOf<Shape extends z.ZodRawShape>(type: string, shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `a notifier of type ${type} has no ${issue.keys.join(", ")}` : undefined,
  });
}

const webhook = keysOf("webhook", {
  type: z.literal("webhook").describe("JSON to any address, signed as Standard Webhooks"),
  ...common,
  url,
  secret: secretSchema()
    .optional()
    .describe("Signing secret, whsec_…; two with a blank between while one replaces the other."),
  headers: z.record(z.string(), text).default({}).describe("Headers sent with it."),
});

export const notifierSchema = withFlatSecrets(z.discriminatedUnion("type", [webhook]));
export type NotifierOptions = z.output<typeof notifierSchema>;

/** Two of one name would share one place in the outbox. */
export const notifiersSchema = z.array(notifierSchema).superRefine((all, context) => {
  const taken = new Set<string>();
  all.forEach(({ name }, i) => {
    if (taken.has(name)) {
      context.addIssue({
        code: "custom",
        path: [i, "name"],
        message: `another notifier is called "${name}"`,
        input: all,
      });
    }
    taken.add(name);
  });
});
