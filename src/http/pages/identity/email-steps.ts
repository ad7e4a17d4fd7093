import { giveEmail } from "#core/accounts/email.ts";
import { Conflict, NotFound } from "#core/errors.ts";
import { openEmailLink, sendEmailLink } from "#core/identity/email-links.ts";
import { fillInPlain } from "../../page-kit/fill-in.ts";
import { renderNotice } from "../../page-kit/notice-page.ts";
import { seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import { type PageCall, type PageRoute, page, type SignedInCall } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { freshForm } from "./fresh-page.ts";
import { showSecurity } from "./show-security.ts";

const securityPath = "/account/security";

/** Giving an e-mail address, and `/account/email`, which the link in our mail opens. */
export function emailRoutes(services: PageServices): readonly PageRoute[] {
	const { context } = services;
	const t = texts.security;
	const fresh = freshForm(services, securityPath);

	/** @param email the new address, or empty to remove it */
	async function give(call: SignedInCall, email: string): Promise<void> {
		const { ctx, session } = call;
		const tried = await attempt(ctx, async () => {
			await giveEmail(context, session.account.id, email === "" ? undefined : email);
			await sendEmailLink(context, session.account, ctx.ip);
		});
		if ("refusal" in tried) return showSecurity(call, context, tried.refusal);
		seeOther(ctx, `${securityPath}?done=${email === "" ? "email-removed" : "email"}`);
	}

	async function sendAgain(call: SignedInCall): Promise<void> {
		const { ctx, session } = call;
		const tried = await attempt(ctx, () => sendEmailLink(context, session.account, ctx.ip));
		if ("refusal" in tried) return showSecurity(call, context, tried.refusal);
		seeOther(ctx, securityPath);
	}

	/** Opening the link proves the address, in whatever browser: who can read the mail owns the address. */
	async function open({ ctx, frame }: PageCall): Promise<void> {
		const { link } = ctx.query;
		// A program that only asks whether there is a page does not open the link.
		if (ctx.method === "HEAD") return sendPage(ctx, renderNotice(frame, { title: t.emailProven, text: "" }));
		const back = { to: securityPath, label: texts.account.security };
		try {
			const { handle } = await openEmailLink(context, typeof link === "string" ? link : "");
			sendPage(
				ctx,
				renderNotice(frame, { title: t.emailProven, text: fillInPlain(t.emailProvenText, { handle }), link: back }),
			);
		} catch (error) {
			const isTaken = error instanceof Conflict;
			if (!isTaken && !(error instanceof NotFound)) throw error;
			const text = isTaken ? t.emailTaken : t.emailInvalidText;
			sendPage(ctx, renderNotice(frame, { title: t.emailInvalid, text, link: back }), { status: isTaken ? 409 : 404 });
		}
	}

	return [
		page("GET", "/account/email", open),
		fresh("/account/security/email", (call) => give(call, call.form.text("email").trim())),
		fresh("/account/security/email/link", sendAgain),
	];
}
