import { changePassword, confirmPassword } from "#core/identity/change-password.ts";
import { seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import { type PageRoute, type SignedInCall, signedInPage } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { emailRoutes } from "./email-steps.ts";
import { factorRoutes } from "./factor-steps.ts";
import { localPath } from "./login-context.ts";
import { renderConfirm } from "./security-page.ts";
import { showSecurity } from "./show-security.ts";

/** `/account/security`: the password and the second factors; `/account/confirm`: authenticating again. */
export function securityRoutes(services: PageServices): readonly PageRoute[] {
	const { context, oauth } = services;
	const signedIn = signedInPage(services);

	async function change(call: SignedInCall): Promise<void> {
		const { ctx, form, session } = call;
		const wish = {
			current: form.text("current"),
			next: form.text("next"),
			from: ctx.ip,
			session: session.id,
			endAll: form.has("endAll"),
		};
		const tried = await attempt(ctx, () => changePassword(context, session.account, wish), { password: "current" });
		if ("refusal" in tried) return showSecurity(call, context, tried.refusal);
		// An attacker who knew the old password may also have the old session.
		await oauth.sessions.start(ctx, session.account, { amr: ["pwd"] });
		seeOther(ctx, "/account/security?done=password");
	}

	const askConfirm = ({ ctx, frame, session }: SignedInCall, refusal?: Refusal): void => {
		const back = localPath(ctx.query.return, context.origin);
		const shown = renderConfirm(frame, { account: session.account, back, faults: refusal?.faults ?? [] });
		sendPage(ctx, shown, { status: refusal?.status ?? 200 });
	};

	async function confirm(call: SignedInCall): Promise<void> {
		const { ctx, form, session } = call;
		const given = { password: form.text("password"), from: ctx.ip };
		const tried = await attempt(ctx, () => confirmPassword(context, session.account, given));
		if ("refusal" in tried) return askConfirm(call, tried.refusal);
		await oauth.sessions.start(ctx, session.account, { amr: ["pwd"] });
		seeOther(ctx, localPath(ctx.query.return, context.origin));
	}

	return [
		signedIn("GET", "/account/security", (call) => showSecurity(call, context)),
		signedIn("POST", "/account/security/password", change),
		signedIn("GET", "/account/confirm", async (call) => askConfirm(call)),
		signedIn("POST", "/account/confirm", confirm),
		...emailRoutes(services),
		...factorRoutes(services),
	];
}
