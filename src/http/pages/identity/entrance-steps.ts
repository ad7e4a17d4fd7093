import type { IdentityWorld } from "#core/identity/identity.ts";
import { logIn } from "#core/identity/log-in.ts";
import { checkPasskey, loginOptions, passkeysOf } from "#core/identity/passkeys.ts";
import { checkCode, hasTotp } from "#core/identity/totp.ts";
import type { Account } from "#core/model/account.ts";
import type { Fault } from "../../page-kit/form.ts";
import { privateHeaders, seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import type { PageCall } from "../page-routes.ts";
import type { Entrance } from "./entrance.ts";
import { forgetHalfWay, halfWay, rememberHalfWay } from "./half-way.ts";
import { renderLogIn } from "./log-in-page.ts";
import { readPasskey } from "./passkey-form.ts";
import { renderSecondFactor } from "./second-factor-page.ts";

/** The log-in form. @param refusal why it is shown again */
export function showLogIn(
	{ ctx, frame, form }: PageCall,
	world: IdentityWorld,
	entrance: Entrance,
	refusal?: Refusal,
): void {
	const { paths, client, formTargets } = entrance;
	const view = {
		paths,
		client,
		name: form.has("name") ? form.text("name") : entrance.hint,
		faults: refusal?.faults ?? [],
		signUp: world.identity.registration.mode === "open",
	};
	sendPage(ctx, renderLogIn(frame, view), { status: refusal?.status ?? 200, formTargets, script: true });
}

/** Name and password. Which of the two was wrong is not said. */
export async function takeLogIn(call: PageCall, world: IdentityWorld, entrance: Entrance): Promise<void> {
	const { ctx, form } = call;
	const [name, password] = [form.text("name").trim(), form.text("password")];
	const missing: Fault[] = [
		...(name === "" ? [{ field: "name", text: texts.form.missing }] : []),
		...(password === "" ? [{ field: "password", text: texts.form.missing }] : []),
	];
	if (missing.length > 0) return showLogIn(call, world, entrance, { status: 400, faults: missing });
	const tried = await attempt(ctx, () => logIn(world, { name, password, from: ctx.ip }));
	if ("refusal" in tried) return showLogIn(call, world, entrance, tried.refusal);
	if (tried.value.outcome === "wrong")
		return showLogIn(call, world, entrance, {
			status: 403,
			faults: [{ field: "password", text: texts.logIn.wrong }],
		});
	const { account, factors } = tried.value;
	if (factors.length === 0) return entrance.enter(account, ["pwd"]);
	await rememberHalfWay(ctx, world, account, entrance.place);
	seeOther(ctx, entrance.paths.secondFactor);
}

/** Who has given the right password here; otherwise they are sent to begin again. */
async function waiting(call: PageCall, world: IdentityWorld, entrance: Entrance): Promise<Account | undefined> {
	const account = await halfWay(call.ctx, world, entrance.place);
	if (account === undefined)
		showLogIn(call, world, entrance, { status: 403, faults: [{ text: texts.secondFactor.tooLate }] });
	return account;
}

export async function showSecondFactor(call: PageCall, world: IdentityWorld, entrance: Entrance): Promise<void> {
	const account = await waiting(call, world, entrance);
	if (account !== undefined) await askFactor(call, world, entrance, account);
}

async function askFactor(
	{ ctx, frame }: PageCall,
	world: IdentityWorld,
	{ paths, formTargets }: Entrance,
	account: Account,
	refusal?: Refusal,
): Promise<void> {
	const view = {
		paths,
		handle: account.handle,
		factors: [
			...((await hasTotp(world, account)) ? (["totp"] as const) : []),
			...((await passkeysOf(world, account)).length > 0 ? (["passkey"] as const) : []),
		],
		faults: refusal?.faults ?? [],
	};
	sendPage(ctx, renderSecondFactor(frame, view), { status: refusal?.status ?? 200, formTargets, script: true });
}

/** A code of an authenticator app, or a recovery code. */
export async function takeSecondFactor(call: PageCall, world: IdentityWorld, entrance: Entrance): Promise<void> {
	const { ctx, form } = call;
	const account = await waiting(call, world, entrance);
	if (account === undefined) return;
	const tried = await attempt(ctx, () => checkCode(world, account, form.text("code").trim(), ctx.ip));
	if ("refusal" in tried) return askFactor(call, world, entrance, account, tried.refusal);
	if (!tried.value)
		return askFactor(call, world, entrance, account, {
			status: 403,
			faults: [{ field: "code", text: texts.secondFactor.wrong }],
		});
	forgetHalfWay(ctx, world);
	await entrance.enter(account, ["pwd", "otp"]);
}

/** What the page's script hands to the browser: for whoever is half-way in, their own passkeys. */
export async function givePasskeyOptions({ ctx }: PageCall, world: IdentityWorld, entrance: Entrance): Promise<void> {
	const options = await loginOptions(world, await halfWay(ctx, world, entrance.place));
	privateHeaders(ctx);
	ctx.status = 200;
	ctx.body = JSON.stringify(options);
	ctx.type = "application/json";
}

/** A passkey, instead of a password or after it. */
export async function takePasskey(call: PageCall, world: IdentityWorld, entrance: Entrance): Promise<void> {
	const { ctx, form } = call;
	const before = await halfWay(ctx, world, entrance.place);
	const given = readPasskey(form);
	const tried = await attempt(ctx, async () => (given === undefined ? undefined : checkPasskey(world, given)));
	const account = "value" in tried ? tried.value : undefined;
	if (account !== undefined && (before === undefined || before.id === account.id)) {
		forgetHalfWay(ctx, world);
		return entrance.enter(account, before === undefined ? ["hwk"] : ["pwd", "hwk"]);
	}
	const refusal = "refusal" in tried ? tried.refusal : { status: 403, faults: [{ text: texts.logIn.passkeyFailed }] };
	if (before === undefined) showLogIn(call, world, entrance, refusal);
	else await askFactor(call, world, entrance, before, refusal);
}
