import type { Middleware } from "koa";
import helmet from "koa-helmet";

/** Lets a browser load only our own styles and images, so that no other server learns of a visit, run no scripts, and show a response in no frame. */
export function securityHeaders(origin: string): Middleware {
	const isSecure = origin.startsWith("https:");
	return helmet({
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'none'"],
				styleSrc: ["'self'"],
				imgSrc: ["'self'"],
				formAction: ["'self'"],
				frameAncestors: ["'none'"],
				baseUri: ["'none'"],
				...(isSecure ? { upgradeInsecureRequests: [] } : {}),
			},
		},
		// Public resources may be embedded by any site.
		crossOriginResourcePolicy: { policy: "cross-origin" },
		strictTransportSecurity: isSecure,
		referrerPolicy: { policy: "strict-origin-when-cross-origin" },
	}) as unknown as Middleware;
}
