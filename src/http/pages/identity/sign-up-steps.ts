import type { IdentityWorld } from "#core/identity/identity.ts";
import { inviteState } from "#core/identity/invites.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import type { PageCall } from "../page-routes.ts";
import type { Entrance } from "./entrance.ts";
import { renderSignUp } from "./sign-up-page.ts";

/** The form for a new account, or why there is none. */
export async function showSignUp(
	{ ctx, frame, form }: PageCall,
	world: IdentityWorld,
	entrance: Entrance,
	refusal?: Refusal,
): Promise<void> {
	const secret = form.text("invite") || (typeof ctx.query.invite === "string" ? ctx.query.invite : "");
	const invite = secret === "" ? undefined : { secret, state: await inviteState(world, secret) };
	const values = { handle: form.text("handle"), displayName: form.text("displayName"), email: form.text("email") };
	const shown = renderSignUp(frame, {
		action: entrance.paths.signUp,
		logIn: entrance.paths.logIn,
		mode: world.identity.registration.mode,
		invite,
		values,
		faults: refusal?.faults ?? [],
	});
	sendPage(ctx, shown, { status: refusal?.status ?? 200, formTargets: entrance.formTargets });
}

/** Makes the account; who has made it is signed in. */
export async function takeSignUp(call: PageCall, world: IdentityWorld, entrance: Entrance): Promise<void> {
	const { ctx, form } = call;
	const [displayName, email, invite] = [
		form.text("displayName").trim(),
		form.text("email").trim(),
		form.text("invite"),
	];
	const tried = await attempt(ctx, () =>
		signUp(world, {
			handle: form.text("handle").trim().replace(/^@/, "").toLowerCase(),
			password: form.text("password"),
			...(displayName === "" ? {} : { displayName }),
			...(email === "" ? {} : { email }),
			...(invite === "" ? {} : { invite }),
			from: ctx.ip,
		}),
	);
	if ("refusal" in tried) return showSignUp(call, world, entrance, tried.refusal);
	await entrance.enter(tried.value, ["pwd"]);
}
