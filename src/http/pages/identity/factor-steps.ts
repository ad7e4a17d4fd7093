import { encode } from "uqr";
import { addPasskey, registrationOptions, removePasskey } from "#core/identity/passkeys.ts";
import { beginTotp, confirmTotp, endTotp, renewRecoveryCodes } from "#core/identity/totp.ts";
import { privateHeaders, seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt, type Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import type { PageRoute, SignedInCall } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { freshForm } from "./fresh-page.ts";
import { readPasskey } from "./passkey-form.ts";
import { showSecurity } from "./show-security.ts";
import { renderRecoveryCodes, renderTotpSetUp } from "./totp-pages.ts";

const securityPath = "/account/security";

/** Changes to authenticator apps and passkeys. They require a recent authentication. */
export function factorRoutes(services: PageServices): readonly PageRoute[] {
	const { context } = services;
	const fresh = freshForm(services, securityPath);

	function showTotp(
		{ ctx, frame, session }: SignedInCall,
		{ secret, uri }: { readonly secret: string; readonly uri: string },
		refusal?: Refusal,
	): void {
		const qr = encode(uri, { ecc: "M", border: 0 }).data;
		const shown = renderTotpSetUp(frame, {
			account: session.account,
			secret,
			uri,
			qr,
			faults: refusal?.faults ?? [],
		});
		sendPage(ctx, shown, { status: refusal?.status ?? 200 });
	}

	async function confirm(call: SignedInCall): Promise<void> {
		const { ctx, frame, form, session } = call;
		// These are only displayed again; the code is checked against the stored secret.
		const [secret, uri] = [form.text("secret"), form.text("uri")];
		if (!/^[A-Z2-7]{16,128}$/.test(secret) || !uri.startsWith("otpauth://totp/") || uri.length > 1000)
			return seeOther(ctx, securityPath);
		const tried = await attempt(ctx, () => confirmTotp(context, session.account, form.text("code")));
		if ("value" in tried) return sendPage(ctx, renderRecoveryCodes(frame, { codes: tried.value }));
		const faults = [{ field: "code", text: texts.security.totpWrong }];
		showTotp(call, { secret, uri }, { ...tried.refusal, faults });
	}

	async function add(call: SignedInCall): Promise<void> {
		const { ctx, form, session } = call;
		const given = readPasskey(form) ?? { handle: "", response: undefined };
		const tried = await attempt(ctx, () => addPasskey(context, session.account, given, form.text("name")));
		if ("value" in tried) return seeOther(ctx, `${securityPath}?done=passkey-add`);
		const { status } = tried.refusal;
		await showSecurity(call, context, { status, faults: [{ text: texts.security.passkeyRefused }] });
	}

	return [
		fresh("/account/security/totp", async (call) => showTotp(call, await beginTotp(context, call.session.account))),
		fresh("/account/security/totp/confirm", confirm),
		fresh("/account/security/totp/end", async ({ ctx, session }) => {
			await endTotp(context, session.account);
			seeOther(ctx, `${securityPath}?done=totp-end`);
		}),
		fresh("/account/security/recovery-codes", async ({ ctx, frame, session }) => {
			const tried = await attempt(ctx, () => renewRecoveryCodes(context, session.account));
			if ("refusal" in tried) return seeOther(ctx, securityPath);
			sendPage(ctx, renderRecoveryCodes(frame, { codes: tried.value }));
		}),
		fresh("/account/security/passkeys/options", async ({ ctx, session }) => {
			privateHeaders(ctx);
			ctx.status = 200;
			ctx.body = JSON.stringify(await registrationOptions(context, session.account));
			ctx.type = "application/json";
		}),
		fresh("/account/security/passkeys", add),
		fresh("/account/security/passkeys/remove", async ({ ctx, form, session }) => {
			await removePasskey(context, session.account, form.text("id"));
			seeOther(ctx, `${securityPath}?done=passkey-remove`);
		}),
	];
}
