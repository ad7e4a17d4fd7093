import { type Account, addressOf } from "#core/model/account.ts";
import type { Instance } from "../base/services.ts";
import { button, type Fault, faultSummary, form, titleWith } from "./form.ts";
import { type Fragment, type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { avatar, isolatedName } from "./person.ts";
import { texts } from "./texts.ts";

/** What every page with forms needs. */
export interface Frame {
	readonly instance: Instance;
	/** The provider's domain, as in handles. */
	readonly domain: string;
	/** The CSRF token of its forms. */
	readonly csrf: string;
}

interface EntryShown {
	readonly title: string;
	readonly faults?: readonly Fault[];
	/** Content below the card. */
	readonly beside?: Fragment;
	readonly passkeys?: boolean;
}

/** A page with a single task, in a card in the middle. */
export function entryPage(
	{ instance }: Pick<Frame, "instance">,
	{ title, faults = [], beside, passkeys = false }: EntryShown,
	card: Fragment,
): Html {
	return layout(
		instance,
		{ title: titleWith(title, faults), description: "", forms: "entry", passkeys },
		html`<div class="card">${faultSummary(faults)}${card}</div>${beside !== undefined && html`<div class="beside">${beside}</div>`}`,
	);
}

const tabs = [
	["profile", "/account", texts.account.profile],
	["security", "/account/security", texts.account.security],
	["apps", "/account/apps", texts.account.apps],
] as const;

interface AccountPageShown {
	readonly account: Account;
	readonly tab: (typeof tabs)[number][0];
	readonly title: string;
	readonly faults?: readonly Fault[];
	/** The confirmation of what has just been done. */
	readonly done?: string | undefined;
	readonly passkeys?: boolean;
}

/** A page of the signed-in account. */
export function accountPage(
	frame: Frame,
	{ account, tab, title, faults = [], done, passkeys = false }: AccountPageShown,
	main: Fragment,
): Html {
	return layout(
		frame.instance,
		{ title: titleWith(title, faults), description: "", forms: "account", passkeys },
		html`<div class="account-head">${person(account)}${form({ action: "/account/sign-out", csrf: frame.csrf, quiet: true }, button(texts.account.signOut, "other"))}</div>
<nav class="tabs" aria-label="${texts.account.nav}">${tabs.map(([name, url, label]) => html`<a href="${url}"${name === tab && html` aria-current="page"`}>${label}</a>`)}</nav>
${done !== undefined && html`<div class="note good" role="status"><p>${done}</p></div>`}${main}`,
	);
}

/** An account in one line. */
export const person = (account: Account): Html =>
	html`<p class="person">${avatar(account)}<span><strong>${isolatedName(account)}</strong><small>@${addressOf(account)}</small></span></p>`;
