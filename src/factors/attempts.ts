// Imported by file, since the package's index loads the drivers of a dozen stores.
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import RateLimiterRes from "rate-limiter-flexible/lib/RateLimiterRes.js";
import { TooManyRequests } from "#core/errors.ts";
import { type AttemptKind, type AttemptLimiter, attemptKinds } from "#core/ports/attempts.ts";
import { sourceOf } from "#core/source-of.ts";

/** The limit of each kind of attempt: `points` attempts in `seconds` seconds. */
export type AttemptRates = Readonly<Record<AttemptKind, { readonly points: number; readonly seconds: number }>>;

/** Counts attempts in the memory of this process. @param scale multiplies every rate */
export function createAttempts(rates: AttemptRates, scale: number): AttemptLimiter {
	const limiters = new Map(
		attemptKinds.map((kind) => {
			const points = Math.max(1, Math.floor(rates[kind].points * scale));
			return [kind, new RateLimiterMemory({ keyPrefix: kind, points, duration: rates[kind].seconds })] as const;
		}),
	);
	const of = (kind: AttemptKind) => limiters.get(kind) as RateLimiterMemory;
	return {
		async spend(kind, key) {
			try {
				await of(kind).consume(sourceOf(key));
			} catch (refused) {
				if (!(refused instanceof RateLimiterRes)) throw refused;
				throw new TooManyRequests(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
			}
		},
		async refund(kind, key) {
			await of(kind).reward(sourceOf(key));
		},
	};
}
