import cors from "@koa/cors";
import type { Middleware } from "koa";
import { signatureHeaders, signerHeaders } from "#core/identity/request-signature.ts";

/** Any origin may call the API with an access token; cookies are never sent or read. */
export const crossOrigin = (): Middleware =>
	cors({
		origin: "*",
		allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
		allowHeaders: [
			"Authorization",
			"Content-Type",
			"Idempotency-Key",
			"Last-Event-ID",
			"If-Match",
			"If-None-Match",
			...Object.values(signerHeaders),
			...Object.values(signatureHeaders),
		],
		exposeHeaders: [
			"ETag",
			"Idempotency-Replayed",
			"Link",
			"Location",
			"RateLimit",
			"RateLimit-Policy",
			"Retry-After",
			"WWW-Authenticate",
		],
		maxAge: 86_400,
	});
