import type { Account } from "#core/model/account.ts";
import { fillIn, fillInPlain } from "../../page-kit/fill-in.ts";
import { button, checkbox, type Fault, faultSummary, field, form, nameForManagers } from "../../page-kit/form.ts";
import { accountPage, entryPage, type Frame, person } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";
import { shortTime } from "../post.ts";
import { again, emailCard } from "./email-card.ts";

export interface PasskeyShown {
	readonly id: string;
	readonly name: string;
	readonly createdAt: number;
	readonly lastUsedAt?: number;
}

export interface SecurityView {
	readonly account: Account;
	/** The address for recovery links; empty if there is none. */
	readonly email: string;
	/** The address, if its link has not been opened yet. */
	readonly unproven: string | undefined;
	readonly sendsMail: boolean;
	readonly totp: boolean;
	readonly passkeys: readonly PasskeyShown[];
	/** True if the authentication is recent enough to change credentials. */
	readonly fresh: boolean;
	readonly done?: string | undefined;
	readonly faults?: readonly Fault[];
}

const t = texts.security;

/** The page for password, e-mail address, authenticator app and passkeys. */
export function renderSecurity(frame: Frame, view: SecurityView): Html {
	const { account, done, faults = [] } = view;
	return accountPage(
		frame,
		{ account, tab: "security", title: t.title, faults, done, passkeys: true },
		html`${faults.length > 0 && html`<div class="card">${faultSummary(faults)}</div>`}<h1 class="apart">${t.title}</h1>
${passwordCard(frame, account, faults)}${emailCard(frame, view)}${totpCard(frame, view)}${passkeyCard(frame, view)}`,
	);
}

const passwordCard = ({ csrf }: Frame, account: Account, faults: readonly Fault[]): Html =>
	html`<section class="card"><h2>${t.passwordTitle}</h2>${form({ action: "/account/security/password", csrf }, [
		nameForManagers(account.handle),
		field({ name: "current", label: t.current, type: "password", autocomplete: "current-password" }, faults),
		field(
			{ name: "next", label: t.next, hint: texts.signUp.passwordHint, type: "password", autocomplete: "new-password" },
			faults,
		),
		checkbox("endAll", texts.recovery.endAll),
		button(t.change),
	])}</section>`;

const totpCard = ({ csrf }: Frame, { totp, fresh }: SecurityView): Html =>
	html`<section class="card"><h2>${t.totpTitle}${totp && html` <span class="badge">${texts.form.on}</span>`}</h2><p>${totp ? t.totpOn : t.totpOff}</p>${
		fresh
			? html`<div class="choice-row">${
					totp &&
					html`${form({ action: "/account/security/recovery-codes", csrf }, button(t.codesLeft, "other"))}${form({ action: "/account/security/totp/end", csrf }, button(t.totpEnd, "danger"))}`
				}${!totp && form({ action: "/account/security/totp", csrf }, button(t.totpSetUp, "other"))}</div>`
			: again
	}</section>`;

function passkeyCard({ csrf }: Frame, { passkeys, fresh }: SecurityView): Html {
	const rows = passkeys.map(
		({ id, name, createdAt, lastUsedAt }) =>
			html`<li><div><bdi>${name}</bdi><small>${fillIn(t.since, { time: shortTime(createdAt) })}${lastUsedAt !== undefined && html` · ${fillIn(t.lastUsed, { time: shortTime(lastUsedAt) })}`}</small></div>${
				fresh &&
				form(
					{ action: "/account/security/passkeys/remove", csrf, hidden: { id } },
					button(t.passkeyRemove, "danger", { named: fillInPlain(t.passkeyRemoveThis, { name }) }),
				)
			}</li>`,
	);
	return html`<section class="card"><h2>${t.passkeysTitle}</h2><p>${t.passkeysText}</p>
${passkeys.length === 0 ? html`<p class="quiet">${t.passkeysNone}</p>` : html`<ul class="rows">${rows}</ul>`}
${fresh ? addPasskeyForm(csrf) : again}</section>`;
}

const addPasskeyForm = (csrf: string): Html =>
	html`${form(
		{
			action: "/account/security/passkeys",
			csrf,
			hidden: { handle: "", response: "" },
			passkey: { ceremony: "create", options: "/account/security/passkeys/options" },
		},
		[
			html`<p class="fault" role="alert" data-failed hidden>${t.passkeyRefused}</p>`,
			field({ name: "name", label: t.passkeyName, value: t.passkeyNameDefault, autocomplete: "off", maxlength: 100 }),
			button(t.passkeyAdd, "other"),
		],
	)}<noscript><p class="quiet">${texts.secondFactor.needsScript}</p></noscript>`;

/** The page that asks for the password before credentials may be changed. */
export function renderConfirm(
	frame: Frame,
	{
		account,
		back,
		faults = [],
	}: { readonly account: Account; readonly back: string; readonly faults?: readonly Fault[] },
): Html {
	return entryPage(
		frame,
		{ title: t.confirmTitle, faults, beside: html`<p><a href="${back}">${texts.form.back}</a></p>` },
		html`<h1>${t.confirmTitle}</h1><p class="lead">${t.confirmLead}</p>${person(account)}
${form({ action: `/account/confirm?return=${encodeURIComponent(back)}`, csrf: frame.csrf }, [
	nameForManagers(account.handle),
	field(
		{ name: "password", label: texts.logIn.password, type: "password", autocomplete: "current-password", focus: true },
		faults,
	),
	button(t.confirm),
])}`,
	);
}
