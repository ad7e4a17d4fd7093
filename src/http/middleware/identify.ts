import type { Context } from "koa";
import { Unauthenticated } from "#core/errors.ts";
import { hasCredential } from "./authenticate.ts";
import type { RateLimits } from "./rate-limits.ts";

/**
 * Authenticates a caller and counts invalid credentials by address, under a limit of their own, so that guessing is limited
 * independently of other requests.
 *
 * @throws {TooManyRequests} too many credentials from this address were invalid
 */
export async function identify<T>(ctx: Context, rates: RateLimits, authenticate: () => Promise<T>): Promise<T> {
	if (hasCredential(ctx)) await rates.check("auth", ctx.ip);
	try {
		return await authenticate();
	} catch (error) {
		if (error instanceof Unauthenticated && error.errorCode !== "token_missing") await rates.count(ctx, "auth", ctx.ip);
		throw error;
	}
}
