import type { Context } from "koa";
import { Unauthenticated } from "#core/errors.ts";
import { hasCredential } from "./authenticate.ts";
import type { RateLimits } from "./rate-limits.ts";

/**
 * Finds out who asks, and counts for their address what proves nothing: guessing is limited apart from what the address may
 * otherwise ask.
 *
 * @throws {TooManyRequests} too many were wrong
 */
export async function identify<T>(ctx: Context, rates: RateLimits, who: () => Promise<T>): Promise<T> {
	if (hasCredential(ctx)) await rates.check("auth", ctx.ip);
	try {
		return await who();
	} catch (error) {
		if (error instanceof Unauthenticated && error.errorCode !== "token_missing") await rates.count(ctx, "auth", ctx.ip);
		throw error;
	}
}
