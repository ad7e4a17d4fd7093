import type { IdentityContext } from "#core/identity/identity.ts";
import { logIn } from "#core/identity/log-in.ts";
import { checkPasskey, loginOptions, passkeysOf } from "#core/identity/passkeys.ts";
import { checkCode, hasTotp } from "#core/identity/totp.ts";
import type { Account } from "#core/model/account.ts";
import type { Fault } from "../../page-kit/form.ts";
import { privateHeaders, seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import type { PageCall } from "../page-routes.ts";
import type { LoginContext } from "./login-context.ts";
import { renderLogIn } from "./login-page.ts";
import { readPasskey } from "./passkey-form.ts";
import { clearPendingLogin, pendingLogin, savePendingLogin } from "./pending-login.ts";
import { renderSecondFactor } from "./second-factor-page.ts";

/** Shows the login form. @param refusal why it is shown again */
export function showLogIn(
	{ ctx, frame, form }: PageCall,
	context: IdentityContext,
	login: LoginContext,
	refusal?: Refusal,
): void {
	const { paths, client, formTargets } = login;
	const view = {
		paths,
		client,
		name: form.has("name") ? form.text("name") : login.hint,
		faults: refusal?.faults ?? [],
		signUp: context.identity.registration.mode === "open",
	};
	sendPage(ctx, renderLogIn(frame, view), { status: refusal?.status ?? 200, formTargets, script: true });
}

/** Checks name and password. The error does not tell which of the two was wrong. */
export async function submitLogIn(call: PageCall, context: IdentityContext, login: LoginContext): Promise<void> {
	const { ctx, form } = call;
	const [name, password] = [form.text("name").trim(), form.text("password")];
	const missing: Fault[] = [
		...(name === "" ? [{ field: "name", text: texts.form.missing }] : []),
		...(password === "" ? [{ field: "password", text: texts.form.missing }] : []),
	];
	if (missing.length > 0) return showLogIn(call, context, login, { status: 400, faults: missing });
	const tried = await attempt(ctx, () => logIn(context, { name, password, from: ctx.ip }));
	if ("refusal" in tried) return showLogIn(call, context, login, tried.refusal);
	if (tried.value.outcome === "wrong")
		return showLogIn(call, context, login, {
			status: 403,
			faults: [{ field: "password", text: texts.logIn.wrong }],
		});
	const { account, factors } = tried.value;
	if (factors.length === 0) return login.complete(account, ["pwd"]);
	await savePendingLogin(ctx, context, account, login.flow);
	seeOther(ctx, login.paths.secondFactor);
}

/** The account of the pending login; without one, shows the login form again. */
async function requirePendingLogin(
	call: PageCall,
	context: IdentityContext,
	login: LoginContext,
): Promise<Account | undefined> {
	const account = await pendingLogin(call.ctx, context, login.flow);
	if (account === undefined)
		showLogIn(call, context, login, { status: 403, faults: [{ text: texts.secondFactor.tooLate }] });
	return account;
}

export async function showSecondFactor(call: PageCall, context: IdentityContext, login: LoginContext): Promise<void> {
	const account = await requirePendingLogin(call, context, login);
	if (account !== undefined) await showFactors(call, context, login, account);
}

async function showFactors(
	{ ctx, frame }: PageCall,
	context: IdentityContext,
	{ paths, formTargets }: LoginContext,
	account: Account,
	refusal?: Refusal,
): Promise<void> {
	const view = {
		paths,
		handle: account.handle,
		factors: [
			...((await hasTotp(context, account)) ? (["totp"] as const) : []),
			...((await passkeysOf(context, account)).length > 0 ? (["passkey"] as const) : []),
		],
		faults: refusal?.faults ?? [],
	};
	sendPage(ctx, renderSecondFactor(frame, view), { status: refusal?.status ?? 200, formTargets, script: true });
}

/** Checks a code of an authenticator app, or a recovery code. */
export async function submitSecondFactor(call: PageCall, context: IdentityContext, login: LoginContext): Promise<void> {
	const { ctx, form } = call;
	const account = await requirePendingLogin(call, context, login);
	if (account === undefined) return;
	const tried = await attempt(ctx, () => checkCode(context, account, form.text("code").trim(), ctx.ip));
	if ("refusal" in tried) return showFactors(call, context, login, account, tried.refusal);
	if (!tried.value)
		return showFactors(call, context, login, account, {
			status: 403,
			faults: [{ field: "code", text: texts.secondFactor.wrong }],
		});
	clearPendingLogin(ctx, context);
	await login.complete(account, ["pwd", "otp"]);
}

/** Sends WebAuthn request options to the page's script; with a pending login, only for that account's passkeys. */
export async function sendPasskeyOptions(
	{ ctx }: PageCall,
	context: IdentityContext,
	login: LoginContext,
): Promise<void> {
	const options = await loginOptions(context, await pendingLogin(ctx, context, login.flow));
	privateHeaders(ctx);
	ctx.status = 200;
	ctx.body = JSON.stringify(options);
	ctx.type = "application/json";
}

/** Checks a passkey, used instead of a password or as the second factor. */
export async function submitPasskey(call: PageCall, context: IdentityContext, login: LoginContext): Promise<void> {
	const { ctx, form } = call;
	const before = await pendingLogin(ctx, context, login.flow);
	const given = readPasskey(form);
	const tried = await attempt(ctx, async () => (given === undefined ? undefined : checkPasskey(context, given)));
	const account = "value" in tried ? tried.value : undefined;
	if (account !== undefined && (before === undefined || before.id === account.id)) {
		clearPendingLogin(ctx, context);
		return login.complete(account, before === undefined ? ["hwk"] : ["pwd", "hwk"]);
	}
	const refusal = "refusal" in tried ? tried.refusal : { status: 403, faults: [{ text: texts.logIn.passkeyFailed }] };
	if (before === undefined) showLogIn(call, context, login, refusal);
	else await showFactors(call, context, login, before, refusal);
}
