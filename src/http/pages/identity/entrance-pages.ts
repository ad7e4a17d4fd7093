import { seeOther } from "../../page-kit/private-page.ts";
import { type PageCall, type PageRoute, page } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { type Entrance, ownEntrance, ownPath } from "./entrance.ts";
import {
	givePasskeyOptions,
	showLogIn,
	showSecondFactor,
	takeLogIn,
	takePasskey,
	takeSecondFactor,
} from "./entrance-steps.ts";
import { showSignUp, takeSignUp } from "./sign-up-steps.ts";

/** `/login` and `/signup`. */
export function entranceRoutes(services: PageServices): readonly PageRoute[] {
	const { world, oauth } = services;
	const at =
		(step: (call: PageCall, world: PageServices["world"], entrance: Entrance) => Promise<void> | void) =>
		async (call: PageCall): Promise<void> =>
			step(call, world, ownEntrance(call, world, oauth.sessions));

	async function greet(call: PageCall): Promise<void> {
		const { ctx } = call;
		if ((await oauth.sessions.current(ctx)) === undefined) await at(showLogIn)(call);
		else seeOther(ctx, ownPath(ctx.query.return, world.origin));
	}

	return [
		page("GET", "/login", greet),
		page("POST", "/login", at(takeLogIn)),
		page("GET", "/login/second-factor", at(showSecondFactor)),
		page("POST", "/login/second-factor", at(takeSecondFactor)),
		page("POST", "/login/passkey", at(takePasskey)),
		page("POST", "/login/passkey/options", at(givePasskeyOptions)),
		page("GET", "/signup", at(showSignUp)),
		page("POST", "/signup", at(takeSignUp)),
	];
}
