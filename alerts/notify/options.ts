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

const slack = keysOf("slack", { type: z.literal("slack").describe("Slack, incoming webhook"), ...common, url });

const teams = keysOf("teams", { type: z.literal("teams").describe("Microsoft Teams, a workflow"), ...common, url });

const ntfy = keysOf("ntfy", {
  type: z.literal("ntfy").describe("ntfy, a topic"),
  ...common,
  url: secretSchema().describe("Address of the topic: https://ntfy.sh/your-topic."),
  token: secretSchema().optional().describe("Access token, where the topic needs one."),
});

const pagerduty = keysOf("pagerduty", {
  type: z.literal("pagerduty").describe("PagerDuty, Events API v2"),
  ...common,
  routingKey: secretSchema().describe("Integration key of the service."),
  url: secretSchema().optional().describe("Another address of the API, such as that of the EU."),
});

const mail = keysOf("mail", {
  type: z.literal("mail").describe("mail over SMTP"),
  ...common,
  host: text.describe("SMTP server."),
  port: z.number().int().min(1).max(65_535).default(587).describe("Its port."),
  security: z
    .enum(["auto", "starttls", "tls", "none"])
    .default("starttls")
    .describe(
      "starttls insists on encryption, tls begins with it (465), auto takes what is offered, none never encrypts.",
    ),
  username: text.optional().describe("User, where the server needs one."),
  password: secretSchema().optional().describe("Its password; better in a file."),
  from: text.describe("Address mails come from."),
  to: z.array(text).default([]).describe("Addresses mails go to."),
  alertData: text.optional().describe("An alertData.db of macOS Server: mails go to its recipients too."),
});

const command = keysOf("command", {
  type: z.literal("command").describe("a program of yours: it gets the notice as JSON on its standard input"),
  ...common,
  command: z.array(text).min(1).describe("Program and its arguments; no shell reads them."),
});

const server = keysOf("server", {
  type: z.literal("server").describe("the alerts of macOS Server: server postAlert"),
  ...common,
});

export const notifierSchema = withFlatSecrets(
  z.discriminatedUnion("type", [webhook, slack, teams, ntfy, pagerduty, mail, command, server]),
);
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
