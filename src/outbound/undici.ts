/**
 * The parts of undici that send requests. Its index also loads fetch, caches, mocks and more: 12 MB of memory for code that
 * is not used here.
 */
export { default as buildConnector } from "undici/lib/core/connect.js";
export { default as errors } from "undici/lib/core/errors.js";
export { default as Pool } from "undici/lib/dispatcher/pool.js";
