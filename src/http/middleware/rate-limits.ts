import type { Context } from "koa";
// The package's index loads drivers for a dozen stores.
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import RateLimiterRes from "rate-limiter-flexible/lib/RateLimiterRes.js";
import { TooManyRequests } from "#core/errors.ts";
import { sourceOf } from "#core/source-of.ts";
import { type LimitName, type Limits, limitNames } from "../base/limits.ts";

export interface RateLimits {
	/**
	 * Counts a request for `key` (an account or an address) and reports the remaining quota in the response headers
	 * (draft-ietf-httpapi-ratelimit-headers-10).
	 *
	 * @throws {TooManyRequests}
	 */
	count(ctx: Context, name: LimitName, key: string): Promise<void>;
	/** Throws when `key` has used up its points, without counting. @throws {TooManyRequests} */
	check(name: LimitName, key: string): Promise<void>;
}

/** The configured limits, counted in memory. */
export function createRateLimits(limits: Limits): RateLimits {
	const limiters = new Map(
		limitNames.map((name) => {
			const points = Math.max(1, Math.floor(limits[name].points * limits.scale));
			const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: limits[name].seconds });
			return [name, { limiter, points, policy: `"${name}";q=${points};w=${limits[name].seconds}` }] as const;
		}),
	);
	const of = (name: LimitName) => limiters.get(name) as NonNullable<ReturnType<typeof limiters.get>>;
	const secondsLeft = (state: RateLimiterRes): number => Math.max(1, Math.ceil(state.msBeforeNext / 1000));

	function tell(ctx: Context, name: LimitName, state: RateLimiterRes): void {
		ctx.set("RateLimit-Policy", of(name).policy);
		ctx.set("RateLimit", `"${name}";r=${Math.max(0, state.remainingPoints)};t=${secondsLeft(state)}`);
	}

	return {
		async count(ctx, name, key) {
			try {
				tell(ctx, name, await of(name).limiter.consume(sourceOf(key)));
			} catch (refused) {
				if (!(refused instanceof RateLimiterRes)) throw refused;
				tell(ctx, name, refused);
				throw new TooManyRequests(secondsLeft(refused));
			}
		},
		async check(name, key) {
			const state = await of(name).limiter.get(sourceOf(key));
			if (state !== null && state.consumedPoints > of(name).points) throw new TooManyRequests(secondsLeft(state));
		},
	};
}
