import type { Context } from "koa";

interface CookieOptions {
	/** The public origin; its scheme decides whether the cookie is `Secure`. */
	readonly origin: string;
	readonly maxAgeMs?: number;
}

/** On https, browsers accept a `__Host-` cookie only from this very host. */
const nameOn = (name: string, origin: string): string => (origin.startsWith("https:") ? `__Host-${name}` : name);

export const readCookie = (ctx: Context, name: string, origin: string): string | undefined =>
	ctx.cookies.get(nameOn(name, origin), { signed: false });

/** Sets a cookie that scripts can't read and other sites' forms don't send; `undefined` deletes it. */
export function setCookie(
	ctx: Context,
	name: string,
	value: string | undefined,
	{ origin, maxAgeMs }: CookieOptions,
): void {
	const secure = origin.startsWith("https:");
	// The public origin counts, not the connection from a reverse proxy.
	ctx.cookies.secure = secure;
	ctx.cookies.set(nameOn(name, origin), value ?? null, {
		httpOnly: true,
		sameSite: "lax",
		path: "/",
		overwrite: true,
		signed: false,
		secure,
		...(maxAgeMs === undefined ? {} : { maxAge: maxAgeMs }),
	});
}
