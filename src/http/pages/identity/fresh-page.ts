import { isWithin } from "#core/clock.ts";
import type { CoreContext } from "#core/events/context.ts";
import { seeOther } from "../../page-kit/private-page.ts";
import { type PageRoute, type SignedInCall, signedInPage } from "../page-routes.ts";
import type { PageServices } from "../services.ts";

const freshMs = 15 * 60_000;

/** True if the last authentication is at most 15 minutes old. */
export const isFresh = ({ clock }: Pick<CoreContext, "clock">, { session }: Pick<SignedInCall, "session">): boolean =>
	isWithin(session.authTime, clock.now(), freshMs);

/** The page that asks for the password again, and then returns to `back`. */
export const confirmPath = (back: string): string => `/account/confirm?return=${back}`;

/**
 * Routes of forms that make or change a credential. They require a recent authentication, so that a stolen session can't make a
 * credential that outlives it; otherwise the browser is sent to confirm the password.
 */
export const freshForm =
	(services: PageServices, back: string) =>
	(path: string, handle: (call: SignedInCall) => Promise<void>): PageRoute =>
		signedInPage(services)("POST", path, async (call) =>
			isFresh(services.context, call) ? handle(call) : seeOther(call.ctx, confirmPath(back)),
		);
