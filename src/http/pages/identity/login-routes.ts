import { seeOther } from "../../page-kit/private-page.ts";
import { type PageCall, type PageRoute, page } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { accountLogin, type LoginContext, localPath } from "./login-context.ts";
import {
	sendPasskeyOptions,
	showLogIn,
	showSecondFactor,
	submitLogIn,
	submitPasskey,
	submitSecondFactor,
} from "./login-steps.ts";
import { showSignUp, submitSignUp } from "./sign-up-steps.ts";

/** `/login` and `/signup`. */
export function loginRoutes(services: PageServices): readonly PageRoute[] {
	const { context, oauth } = services;
	const at =
		(step: (call: PageCall, context: PageServices["context"], login: LoginContext) => Promise<void> | void) =>
		async (call: PageCall): Promise<void> =>
			step(call, context, accountLogin(call, context, oauth.sessions));

	async function showLogInOrReturn(call: PageCall): Promise<void> {
		const { ctx } = call;
		if ((await oauth.sessions.current(ctx)) === undefined) await at(showLogIn)(call);
		else seeOther(ctx, localPath(ctx.query.return, context.origin));
	}

	return [
		page("GET", "/login", showLogInOrReturn),
		page("POST", "/login", at(submitLogIn)),
		page("GET", "/login/second-factor", at(showSecondFactor)),
		page("POST", "/login/second-factor", at(submitSecondFactor)),
		page("POST", "/login/passkey", at(submitPasskey)),
		page("POST", "/login/passkey/options", at(sendPasskeyOptions)),
		page("GET", "/signup", at(showSignUp)),
		page("POST", "/signup", at(submitSignUp)),
	];
}
