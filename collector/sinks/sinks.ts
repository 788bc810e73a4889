/**
 * The door of the sinks: servers that take lines, what they can be asked, how they are set up and tried out.
 *
 * @module
 */
export { askSink, influxPlaceOf, type SinkHistory } from "./ask/ask.ts";
export { createSink, type SinkContext } from "./create-sink.ts";
export { type Destination, destinationsOf } from "./destinations.ts";
export { basicAuthorization } from "./endpoint.ts";
export { type ProbeContext, probeSink, type SinkProbe } from "./probe/probe.ts";
export { probeLine } from "./probe-line.ts";
export { type KeepDays, type PlannedStep, planInfluxSetup } from "./setup/setup.ts";
export { type Sink, SinkError } from "./sink.ts";
export type { SecretsContext } from "./sink-secrets.ts";
