import type { Account } from "#core/model/account.ts";
import { button, checkbox, type Fault, field, form, nameForManagers } from "../../page-kit/form.ts";
import { entryPage, type Frame, person } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";

const t = texts.recovery;

/** The form that requests a recovery link. */
export function renderAskRecovery(
	frame: Frame,
	{ name, faults = [] }: { readonly name?: string; readonly faults?: readonly Fault[] },
): Html {
	return entryPage(
		frame,
		{ title: t.title, faults, beside: html`<p><a href="/login">${texts.logIn.title}</a></p>` },
		html`<h1>${t.title}</h1><p class="lead">${t.lead}</p>${form({ action: "/recover", csrf: frame.csrf }, [
			field(
				{
					name: "name",
					label: t.name,
					value: name,
					autocomplete: "username",
					kind: "name",
					maxlength: 320,
					focus: true,
				},
				faults,
			),
			button(t.submit),
		])}`,
	);
}

/** The form for a new password, which a recovery link opens. */
export function renderSetPassword(
	frame: Frame,
	{
		account,
		link,
		isFirst,
		faults = [],
	}: {
		readonly account: Account;
		readonly link: string;
		/** True if the account has no password yet, so that nothing is replaced or ended. */
		readonly isFirst: boolean;
		readonly faults?: readonly Fault[];
	},
): Html {
	const title = isFirst ? t.firstTitle : t.setTitle;
	return entryPage(
		frame,
		{ title, faults },
		html`<h1>${title}</h1><p class="lead">${isFirst ? t.firstLead : t.setLead}</p>${person(account)}${form(
			{ action: "/recover/password", csrf: frame.csrf, hidden: { link } },
			[
				nameForManagers(account.handle),
				field(
					{
						name: "password",
						label: isFirst ? texts.logIn.password : t.next,
						hint: texts.signUp.passwordHint,
						type: "password",
						autocomplete: "new-password",
						focus: true,
					},
					faults,
				),
				!isFirst && checkbox("endAll", t.endAll),
				button(isFirst ? t.firstSubmit : t.setSubmit),
			],
		)}`,
	);
}
