import type { Account } from "#core/model/account.ts";
import { button, type Fault, faultSummary, field, form, nameForManagers } from "../../page-kit/form.ts";
import { accountPage, entryPage, type Frame, person } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";

export interface OwnProfileView {
	readonly account: Account;
	/** The URL of the public profile page. */
	readonly url: string;
	readonly values: { readonly displayName: string; readonly bio: string };
	readonly saved: boolean;
	readonly faults?: readonly Fault[];
}

/** The form for the profile. */
export function renderOwnProfile(frame: Frame, { account, url, values, saved, faults = [] }: OwnProfileView): Html {
	const t = texts.account;
	return accountPage(
		frame,
		{ account, tab: "profile", title: t.title, faults, done: saved ? t.saved : undefined },
		html`<section class="card">${faultSummary(faults)}<h1>${t.title}</h1><p class="lead">${t.lead} <a href="${url}">${t.see}</a></p>
${form({ action: "/account", csrf: frame.csrf }, [
	field(
		{
			name: "displayName",
			label: t.displayName,
			value: values.displayName,
			autocomplete: "nickname",
			maxlength: 100,
		},
		faults,
	),
	field(
		{
			name: "bio",
			label: t.bio,
			hint: t.bioHint,
			value: values.bio,
			autocomplete: "off",
			optional: true,
			rows: 4,
			maxlength: 5000,
		},
		faults,
	),
	button(t.save),
])}</section>
<section class="card"><h2>${t.deleteTitle}</h2><p>${t.deleteText}</p><p><a href="/account/delete">${t.deleteLink}</a></p></section>`,
	);
}

/** The page that confirms the deletion of an account. */
export function renderDeleteAccount(
	frame: Frame,
	{ account, faults = [] }: { readonly account: Account; readonly faults?: readonly Fault[] },
): Html {
	const t = texts.account;
	return entryPage(
		frame,
		{ title: t.deleteTitle, faults, beside: html`<p><a href="/account">${t.keep}</a></p>` },
		html`<h1>${t.deleteTitle}</h1>${person(account)}<div class="note care"><p>${t.deleteText}</p></div>
${form({ action: "/account/delete", csrf: frame.csrf }, [
	nameForManagers(account.handle),
	field(
		{ name: "password", label: t.deletePassword, type: "password", autocomplete: "current-password", focus: true },
		faults,
	),
	button(t.deleteSubmit, "danger"),
])}`,
	);
}
