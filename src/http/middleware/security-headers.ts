import type { Middleware } from "koa";
import helmet from "koa-helmet";

/** What a browser may do with an answer: show our own style and pictures over https, run nothing, be framed by nobody. */
export function securityHeaders(origin: string): Middleware {
	const isSecure = origin.startsWith("https:");
	return helmet({
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'none'"],
				styleSrc: ["'self'"],
				imgSrc: ["'self'", "https:", "data:"],
				mediaSrc: ["'self'", "https:"],
				formAction: ["'self'"],
				frameAncestors: ["'none'"],
				baseUri: ["'none'"],
				...(isSecure ? { upgradeInsecureRequests: [] } : {}),
			},
		},
		// Anybody may read what is open, from any page.
		crossOriginResourcePolicy: { policy: "cross-origin" },
		strictTransportSecurity: isSecure,
		referrerPolicy: { policy: "strict-origin-when-cross-origin" },
	}) as unknown as Middleware;
}
