/**
 * `sinks[]` of the configuration: which servers lines are shipped to. Each type of server has its own keys.
 *
 * @module
 */
import * as z from "zod";
import { secretSchema, withFlatSecrets } from "../../core/config/config.ts";

const text = z.string().min(1);

const common = {
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      "use up to 64 letters, digits, dots, dashes or underscores: it names files",
    )
    .describe("Your name for this server; its place in the journal is kept under it."),
  url: z
    .string()
    .refine(isHttpUrl, "use an address such as http://host:8086")
    .refine(hasNoLogin, "leave user and password out of the address: username and password have keys of their own")
    .describe("Address without the write endpoint; a base path is kept."),
  gzip: z.boolean().optional().describe("Compress what is sent. Default: yes, except to this machine itself."),
  caFile: text.optional().describe("PEM file of certificate authorities to trust beside the system's."),
  imported: z
    .boolean()
    .default(true)
    .describe("Whether it gets lines of larder import too; false where it is the database they came from."),
  timeoutSeconds: z.number().positive().max(600).default(10).describe("Longest wait for an answer, in seconds."),
};

const login = {
  username: text.optional().describe("User for Basic authentication."),
  password: secretSchema().optional().describe("Its password; better in a file."),
};

const token = { token: secretSchema().optional().describe("The API token; better in a file.") };

/** A dictionary of one type of sink; a key of another type is reported as such. */
function keysOf<Shape extends z.ZodRawShape>(type: string, shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `a sink of type ${type} has no ${issue.keys.join(", ")}` : undefined,
  });
}

/** A text without which a sink of this type cannot be. */
function needed(type: string, key: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? `a sink of type ${type} needs ${key}` : undefined) })
    .min(1);
}

const rollup = "A place of their own for hourly and daily roll-ups.";

const influx1 = keysOf("influx1", {
  type: z.literal("influx1").describe("InfluxDB 1.x"),
  ...common,
  database: needed("influx1", "database").describe("The database."),
  retentionPolicy: text.optional().describe("The retention policy; without it, the database's default."),
  ...login,
  rollup: keysOf("influx1", {
    database: text.optional().describe("The database of roll-ups, if it is another."),
    retentionPolicy: text.optional().describe("The retention policy of roll-ups."),
  })
    .optional()
    .describe(rollup),
});

const influx2 = keysOf("influx2", {
  type: z.literal("influx2").describe("InfluxDB 2.x and 3.x"),
  ...common,
  bucket: needed("influx2", "bucket").describe("The bucket; on 3.x the database."),
  org: text.optional().describe("The organization; 2.x needs it, 3.x ignores it."),
  ...token,
  rollup: keysOf("influx2", { bucket: text.optional().describe("The bucket of roll-ups.") })
    .optional()
    .describe(rollup),
});

const victoriametrics = keysOf("victoriametrics", {
  type: z.literal("victoriametrics").describe("VictoriaMetrics, one node or a cluster"),
  ...common,
  database: text.optional().describe("Written as the label db."),
  queryUrl: z
    .string()
    .refine(isHttpUrl, "use an address such as http://host:8481/select/0/prometheus")
    .refine(hasNoLogin, "leave user and password out of the address: username and password have keys of their own")
    .optional()
    .describe("Where it is asked, if that is another address: of a cluster, vmselect's."),
  ...login,
  ...token,
  rollup: keysOf("victoriametrics", { database: text.optional().describe("The label db of roll-ups.") })
    .optional()
    .describe(rollup),
});

/** One sink. */
export const sinkSchema = withFlatSecrets(
  z.discriminatedUnion("type", [influx1, influx2, victoriametrics]),
).superRefine((sink, context) => {
  const message = loginProblem(sink);
  if (message !== undefined) context.addIssue({ code: "custom", path: ["username"], message, input: sink });
});

/** The options of one sink, checked. */
export type SinkOptions = z.output<typeof sinkSchema>;

/** All sinks; two of one name would share one place in the journal. The disk of a Mac knows no difference of case. */
export const sinksSchema = z.array(sinkSchema).superRefine((sinks, context) => {
  const taken = new Map<string, string>();
  sinks.forEach((sink, i) => {
    for (const name of [sink.name, ...(sink.rollup === undefined ? [] : [rollupName(sink.name)])]) {
      const other = taken.get(name.toLowerCase());
      taken.set(name.toLowerCase(), name);
      if (other === undefined) continue;
      const message =
        other === name
          ? `another sink is called "${name}"`
          : `another sink is called "${other}", whose files some disks cannot distinguish from those of "${name}"`;
      context.addIssue({ code: "custom", path: [i, "name"], message, input: sinks });
    }
  });
});

/** The name of the destination of a sink's roll-ups, where they have one. */
export function rollupName(sink: string): string {
  return `${sink}.rollup`;
}

/** What is wrong with a login; undefined when nothing is. */
function loginProblem(sink: SinkOptions): string | undefined {
  if (sink.type === "influx2") return undefined;
  if (sink.password !== undefined && sink.username === undefined) return "a password needs a username";
  const both = sink.type === "victoriametrics" && sink.username !== undefined && sink.token !== undefined;
  return both ? "give a username or a token, not both" : undefined;
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function hasNoLogin(value: string): boolean {
  if (!URL.canParse(value)) return true;
  const { username, password } = new URL(value);
  return username === "" && password === "";
}
