declare module "@koa/cors" {
	import type { Middleware } from "koa";

	interface Options {
		readonly origin?: string;
		readonly allowMethods?: readonly string[];
		readonly allowHeaders?: readonly string[];
		readonly exposeHeaders?: readonly string[];
		/** Seconds. */
		readonly maxAge?: number;
	}
	export default function cors(options?: Options): Middleware;
}
