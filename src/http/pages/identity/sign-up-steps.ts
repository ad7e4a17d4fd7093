import type { IdentityContext } from "#core/identity/identity.ts";
import { inviteState } from "#core/identity/invites.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import type { PageCall } from "../page-routes.ts";
import type { LoginContext } from "./login-context.ts";
import { renderSignUp } from "./sign-up-page.ts";

/** Shows the sign-up form, or why there is none. */
export async function showSignUp(
	{ ctx, frame, form }: PageCall,
	context: IdentityContext,
	login: LoginContext,
	refusal?: Refusal,
): Promise<void> {
	const secret = form.text("invite") || (typeof ctx.query.invite === "string" ? ctx.query.invite : "");
	const invite = secret === "" ? undefined : { secret, state: await inviteState(context, secret) };
	const values = { handle: form.text("handle"), displayName: form.text("displayName"), email: form.text("email") };
	const shown = renderSignUp(frame, {
		action: login.paths.signUp,
		logIn: login.paths.logIn,
		mode: context.identity.registration.mode,
		invite,
		values,
		faults: refusal?.faults ?? [],
	});
	sendPage(ctx, shown, { status: refusal?.status ?? 200, formTargets: login.formTargets });
}

/** Creates an account and signs it in. */
export async function submitSignUp(call: PageCall, context: IdentityContext, login: LoginContext): Promise<void> {
	const { ctx, form } = call;
	const [displayName, email, invite] = [
		form.text("displayName").trim(),
		form.text("email").trim(),
		form.text("invite"),
	];
	const tried = await attempt(ctx, () =>
		signUp(context, {
			handle: form.text("handle").trim().replace(/^@/, "").toLowerCase(),
			password: form.text("password"),
			...(displayName === "" ? {} : { displayName }),
			...(email === "" ? {} : { email }),
			...(invite === "" ? {} : { invite }),
			from: ctx.ip,
		}),
	);
	if ("refusal" in tried) return showSignUp(call, context, login, tried.refusal);
	await login.complete(tried.value, ["pwd"]);
}
