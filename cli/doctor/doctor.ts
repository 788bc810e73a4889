/**
 * The doctor: gathers what there is to know of a Mac and its way to a cache, and says what is wrong with it.
 *
 * It walks through all rooms, so it lives above them. Evidence is gathered at the edges and kept as files in the shapes
 * they were printed in; facts are read from it, and checks are pure. So a folder sent by a colleague, a case of the tests
 * and this Mac are diagnosed by the same lines.
 *
 * @module
 */
export type { Symptom } from "./check.ts";
export { CHECKS } from "./checks/checks.ts";
export { type CheckResult, type Diagnosis, diagnose } from "./diagnose.ts";
export { type Evidence, packEvidence, readEvidence } from "./evidence/evidence.ts";
export { readFacts } from "./facts/facts.ts";
export { gatherEvidence, gatherOwn, type Own, realSurroundings, type Surroundings } from "./gather/gather.ts";
export { type SelfTest, selfTest, TRIALS } from "./self-test/self-test.ts";
