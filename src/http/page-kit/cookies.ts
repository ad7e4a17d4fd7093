import type { Context } from "koa";

interface CookieOptions {
	/** The public origin: decides whether the cookie is for https only. */
	readonly origin: string;
	readonly maxAgeMs?: number;
}

/** On https the browser itself sees to it that nobody but this very host has set it. */
const nameOn = (name: string, origin: string): string => (origin.startsWith("https:") ? `__Host-${name}` : name);

export const readCookie = (ctx: Context, name: string, origin: string): string | undefined =>
	ctx.cookies.get(nameOn(name, origin), { signed: false });

/** Sets a cookie that scripts can't read and other sites' forms don't send; with `undefined` it goes. */
export function setCookie(
	ctx: Context,
	name: string,
	value: string | undefined,
	{ origin, maxAgeMs }: CookieOptions,
): void {
	const secure = origin.startsWith("https:");
	// What is public decides, not the connection that a proxy in front has made to us.
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
