/**
 * The parts of undici that send requests. Its index loads fetch, caches, mocks and much else besides: 12 MB of memory that
 * nothing here would use.
 */
export { default as buildConnector } from "undici/lib/core/connect.js";
export { default as errors } from "undici/lib/core/errors.js";
export { default as Pool } from "undici/lib/dispatcher/pool.js";
