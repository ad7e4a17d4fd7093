import type Http from "node:http";
import { createRequire } from "node:module";
import type KoaRouter from "@koa/router";

const require = createRequire(import.meta.url);

/**
 * `node:http`, and a package that imports it. An `import` of `node:http` reads each of its exports, and the one of `WebSocket`
 * loads Node's own fetch, which costs memory and is never used. `require` reads nothing before it is needed.
 */
export const http = require("node:http") as typeof Http;
export const Router = require("@koa/router") as typeof KoaRouter;
