/**
 * `sinks[]` of the configuration: which servers lines are shipped to, and which keys go with which type.
 *
 * @module
 */
import { z } from "zod";
import { secretSchema, withFlatSecrets } from "../../core/config/secret.ts";
import { rollupPlaceProblems, rollupPlaceSchema, rollupSinkName } from "./rollup-place.ts";

const text = z.string().min(1);

const fields = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      "use up to 64 letters, digits, dots, dashes or underscores: it names files",
    )
    .describe("Your name for this server; its place in the journal is kept under it."),
  type: z
    .enum(["influx1", "influx2", "victoriametrics"])
    .describe("influx1: InfluxDB 1.x; influx2: InfluxDB 2.x and 3.x; victoriametrics: one node or cluster."),
  url: z
    .string()
    .refine(isHttpUrl, "use an address such as http://host:8086")
    .refine(hasNoLogin, "leave user and password out of the address: username and password have keys of their own")
    .describe("Address without the write endpoint; a base path is kept."),
  database: text.optional().describe("influx1: the database. victoriametrics: written as the label db."),
  retentionPolicy: text.optional().describe("influx1: the retention policy; without it, the database's default."),
  username: text.optional().describe("influx1 and victoriametrics: user for Basic authentication."),
  password: secretSchema().optional().describe("Its password; better in a file."),
  org: text.optional().describe("influx2: the organization; 2.x needs it, 3.x ignores it."),
  bucket: text.optional().describe("influx2: the bucket; on 3.x the database."),
  token: secretSchema().optional().describe("influx2 and victoriametrics: the API token; better in a file."),
  rollup: rollupPlaceSchema.optional().describe("A place of their own for hourly and daily roll-ups."),
  gzip: z.boolean().optional().describe("Compress what is sent. Default: yes, except to this machine itself."),
  caFile: text.optional().describe("PEM file of certificate authorities to trust beside the system's."),
  timeoutSeconds: z.number().positive().max(600).default(10).describe("Longest wait for an answer, in seconds."),
});

type Fields = z.output<typeof fields>;
type Key = keyof Fields;

/** Keys that only some types have, and those each type needs. */
const KEYS: Readonly<Record<Fields["type"], { readonly takes: readonly Key[]; readonly needs: readonly Key[] }>> = {
  influx1: {
    takes: ["database", "retentionPolicy", "username", "password"],
    needs: ["database"],
  },
  influx2: { takes: ["org", "bucket", "token"], needs: ["bucket"] },
  victoriametrics: {
    takes: ["database", "username", "password", "token"],
    needs: [],
  },
};
const TYPED_KEYS: readonly Key[] = [...new Set(Object.values(KEYS).flatMap(({ takes }) => takes))];

/** One sink. */
export const sinkSchema = withFlatSecrets(fields).superRefine((sink, context) => {
  for (const problem of problemsOf(sink)) {
    context.addIssue({ code: "custom", path: [problem.key], message: problem.message, input: sink });
  }
  for (const { key, message } of rollupPlaceProblems(sink.type, sink.rollup ?? {})) {
    context.addIssue({ code: "custom", path: ["rollup", key], message, input: sink });
  }
});

/** All sinks; two of one name would share one place in the journal. The disk of a Mac knows no difference of case. */
export const sinksSchema = z.array(sinkSchema).superRefine((sinks, context) => {
  const taken = new Map<string, string>();
  sinks.forEach((sink, i) => {
    for (const name of [sink.name, ...(sink.rollup === undefined ? [] : [rollupSinkName(sink.name)])]) {
      const other = taken.get(name.toLowerCase());
      taken.set(name.toLowerCase(), name);
      if (other === undefined) continue;
      const message =
        other === name
          ? `another sink is called "${name}"`
          : `another sink is called "${other}", whose files a disk may not tell from those of "${name}"`;
      context.addIssue({ code: "custom", path: [i, "name"], message, input: sinks });
    }
  });
});

/** The options of one sink, checked. */
export type SinkOptions = z.output<typeof sinkSchema>;

function problemsOf(sink: Fields): { key: Key; message: string }[] {
  const given = (key: Key): boolean => sink[key] !== undefined;
  const { takes, needs } = KEYS[sink.type];
  const problems: { key: Key; message: string }[] = [];
  for (const key of TYPED_KEYS) {
    if (given(key) && !takes.includes(key))
      problems.push({ key, message: `a sink of type ${sink.type} has no ${key}` });
  }
  for (const key of needs) {
    if (!given(key)) problems.push({ key, message: `a sink of type ${sink.type} needs ${key}` });
  }
  if (given("password") && !given("username")) {
    problems.push({ key: "username", message: "a password needs a username" });
  }
  if (given("username") && given("token")) {
    problems.push({ key: "username", message: "give a username or a token, not both" });
  }
  return problems;
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function hasNoLogin(value: string): boolean {
  if (!URL.canParse(value)) return true;
  const { username, password } = new URL(value);
  return username === "" && password === "";
}
