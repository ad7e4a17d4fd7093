import { emailsOf } from "#core/accounts/email.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { passkeysOf } from "#core/identity/passkeys.ts";
import { hasTotp } from "#core/identity/totp.ts";
import { sendPage } from "../../page-kit/private-page.ts";
import type { Refusal } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import type { SignedInCall } from "../page-routes.ts";
import { isFresh } from "./fresh-page.ts";
import { renderSecurity } from "./security-page.ts";

/** Confirmations, by the value of `done` in the query. */
const done: Readonly<Record<string, string>> = {
	password: texts.security.changed,
	email: texts.security.emailSaved,
	"email-removed": texts.security.emailRemoved,
	"totp-end": texts.security.totpEnded,
	"passkey-add": texts.security.passkeyAdded,
	"passkey-remove": texts.security.passkeyRemoved,
};

/** Shows the security page. @param refusal why one of its forms was rejected */
export async function showSecurity(call: SignedInCall, context: IdentityContext, refusal?: Refusal): Promise<void> {
	const { ctx, frame, form, session } = call;
	const { account } = session;
	const typed = refusal?.faults.some((fault) => fault.field === "email") === true ? form.text("email") : undefined;
	const emails = await emailsOf(context, account.id);
	const shown = renderSecurity(frame, {
		account,
		email: typed ?? emails.given ?? "",
		unproven: emails.given === emails.proven ? undefined : emails.given,
		sendsMail: context.identity.mail.enabled,
		totp: await hasTotp(context, account),
		passkeys: await passkeysOf(context, account),
		fresh: isFresh(context, call),
		done: refusal === undefined && typeof ctx.query.done === "string" ? done[ctx.query.done] : undefined,
		faults: refusal?.faults ?? [],
	});
	sendPage(ctx, shown, { status: refusal?.status ?? 200, script: true });
}
