/**
 * Properties try the same examples for every mutant, so that chance does not decide which of them survive.
 *
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 17 });
