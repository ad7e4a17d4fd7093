import type { Account } from "#core/model/account.ts";
import { fillIn } from "../../page-kit/fill-in.ts";
import { button, field, form } from "../../page-kit/form.ts";
import { entryPage, type Frame, person } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";
import { confirmPath } from "./fresh-page.ts";
import type { SecurityView } from "./security-page.ts";

const t = texts.security;

/** The page that the link in our mail opens. */
export const renderConfirmEmail = (
	frame: Frame,
	{ account, email, link }: { readonly account: Account; readonly email: string; readonly link: string },
): Html =>
	entryPage(
		frame,
		{ title: t.emailConfirm },
		html`<h1>${t.emailConfirm}</h1><p class="lead">${fillIn(t.emailConfirmText, { email: html`<strong>${email}</strong>` })}</p>${person(account)}${form(
			{ action: "/account/email", csrf: frame.csrf, hidden: { link } },
			button(t.emailConfirmSubmit),
		)}`,
	);

/** The link to the page that asks for the password again. */
export const again = html`<p><a class="button other" href="${confirmPath("/account/security")}">${t.again}</a></p>`;

/** Changing the address requires a recent authentication, because a recovery link can set a new password. */
export const emailCard = ({ csrf }: Frame, { email, unproven, sendsMail, fresh, faults = [] }: SecurityView): Html =>
	html`<section class="card"><h2>${t.emailTitle}</h2><p>${sendsMail ? t.emailText : t.emailNoMail}</p>${
		unproven !== undefined &&
		sendsMail &&
		html`<div class="note care"><p>${fillIn(t.emailUnproven, { email: html`<strong>${unproven}</strong>` })}</p></div>${form(
			{ action: "/account/security/email/link", csrf },
			button(t.emailAgain, "other"),
		)}`
	}${
		fresh
			? form({ action: "/account/security/email", csrf }, [
					field(
						{
							name: "email",
							label: texts.signUp.email,
							type: "email",
							inputmode: "email",
							value: email,
							autocomplete: "email",
							optional: true,
							maxlength: 320,
						},
						faults,
					),
					button(t.emailSave),
				])
			: html`<p class="quiet">${email === "" ? t.emailNone : email}</p>${again}`
	}</section>`;
