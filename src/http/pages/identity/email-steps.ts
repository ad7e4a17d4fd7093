import { giveEmail } from "#core/accounts/email.ts";
import { Conflict, NotFound } from "#core/errors.ts";
import { emailLinkState, openEmailLink, sendEmailLink } from "#core/identity/email-links.ts";
import { fillInPlain } from "../../page-kit/fill-in.ts";
import { renderNotice } from "../../page-kit/notice-page.ts";
import { seeOther, sendPage } from "../../page-kit/private-page.ts";
import { attempt } from "../../page-kit/refusal.ts";
import { texts } from "../../page-kit/texts.ts";
import { type PageCall, type PageRoute, page, type SignedInCall } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { renderConfirmEmail } from "./email-card.ts";
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

	const back = { to: securityPath, label: texts.account.security };

	/** Asks for one press: programs that check the links in mails open them, too. */
	const ask = ({ ctx, frame }: PageCall): Promise<void> =>
		unlessInvalid({ ctx, frame }, async () => {
			const link = typeof ctx.query["link"] === "string" ? ctx.query["link"] : "";
			sendPage(ctx, renderConfirmEmail(frame, { ...(await emailLinkState(context, link)), link }));
		});

	/** The press proves the address, in whatever browser: who can read the mail owns the address. */
	const confirm = ({ ctx, frame, form }: PageCall): Promise<void> =>
		unlessInvalid({ ctx, frame }, async () => {
			const { handle } = await openEmailLink(context, form.text("link"));
			const text = fillInPlain(t.emailProvenText, { handle });
			sendPage(ctx, renderNotice(frame, { title: t.emailProven, text, link: back }));
		});

	async function unlessInvalid(
		{ ctx, frame }: Pick<PageCall, "ctx" | "frame">,
		work: () => Promise<void>,
	): Promise<void> {
		try {
			await work();
		} catch (error) {
			const isTaken = error instanceof Conflict;
			if (!isTaken && !(error instanceof NotFound)) throw error;
			const text = isTaken ? t.emailTaken : t.emailInvalidText;
			sendPage(ctx, renderNotice(frame, { title: t.emailInvalid, text, link: back }), { status: isTaken ? 409 : 404 });
		}
	}

	return [
		page("GET", "/account/email", ask),
		page("POST", "/account/email", confirm),
		fresh("/account/security/email", (call) => give(call, call.form.text("email").trim())),
		fresh("/account/security/email/link", sendAgain),
	];
}
