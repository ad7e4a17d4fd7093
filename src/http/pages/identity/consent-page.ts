import type { Scope } from "#core/identity/scopes.ts";
import type { Account } from "#core/model/account.ts";
import { fillIn, fillInPlain } from "../../page-kit/fill-in.ts";
import { button, form } from "../../page-kit/form.ts";
import { entryPage, type Frame, person } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";

export interface ConsentClient {
	/** The client's own, unverified name. */
	readonly name: string;
	/** Its host, or its private-use URI scheme. */
	readonly host: string;
	readonly uri?: string;
	readonly verified: boolean;
	readonly loopback: boolean;
}

export interface ConsentView {
	/** The path of the interaction, below which its forms are posted. */
	readonly base: string;
	readonly client: ConsentClient;
	readonly scopes: readonly Scope[];
	readonly account: Account;
	readonly returnTo: string;
}

/** The consent page. */
export function renderConsent(frame: Frame, { base, client, scopes, account, returnTo }: ConsentView): Html {
	const t = texts.consent;
	const name = html`<strong><bdi>${client.name}</bdi></strong>`;
	return entryPage(
		frame,
		{
			title: fillInPlain(t.title, { client: client.name }),
			beside: form({ action: `${base}/switch`, csrf: frame.csrf, quiet: true }, button(t.notYou, "link")),
		},
		html`<h1>${fillIn(t.title, { client: html`<bdi>${client.name}</bdi>` })}</h1>
<p class="lead">${fillIn(t.asks, { client: name, handle: html`<strong>${account.handle}</strong>` })}</p>
${clientBox(client)}
${warning(client, returnTo)}
<p>${t.will}</p>
<ul class="scopes">${scopes.map(({ title, detail }) => html`<li>${title}<small>${detail}</small></li>`)}</ul>
${person(account)}
${form({ action: `${base}/consent`, csrf: frame.csrf }, html`<div class="choice">${button(t.refuse, "other", { name: "answer", value: "no" })}${button(t.allow, "main", { name: "answer", value: "yes" })}</div>`)}
<p class="hint">${t.willNot} ${fillIn(t.back, { origin: html`<strong>${returnTo}</strong>` })}</p>`,
	);
}

/** Shows the client's unverified name together with its host, which it can't forge. */
const clientBox = ({ name, host, uri }: ConsentClient): Html =>
	html`<p class="client"><strong><bdi>${name}</bdi></strong><span>${fillIn(texts.consent.host, { host: html`<span class="host">${host}</span>` })}</span>${
		uri !== undefined &&
		/^https:\/\//i.test(uri) &&
		html`<a href="${uri}" rel="noreferrer noopener external">${texts.consent.about}</a>`
	}</p>`;

function warning({ verified, loopback, host }: ConsentClient, returnTo: string): Html | false {
	if (verified) return false;
	const t = texts.consent;
	const isNative = !/^https?:/i.test(returnTo);
	const text = loopback ? t.loopback : isNative ? t.native : t.unverified;
	return html`<div class="note care"><p>${fillIn(text, { host: html`<strong>${host}</strong>` })}</p></div>`;
}

export interface ChooseView {
	readonly base: string;
	readonly client: string;
	readonly account: Account;
}

/** The page for `prompt=select_account`: continue with the current account, or use another one. */
export function renderChooseAccount(frame: Frame, { base, client, account }: ChooseView): Html {
	const t = texts.choose;
	return entryPage(
		frame,
		{ title: t.title },
		html`<h1>${t.title}</h1><p class="lead">${fillIn(t.lead, { client: html`<strong><bdi>${client}</bdi></strong>` })}</p>${person(account)}
${form({ action: `${base}/account`, csrf: frame.csrf }, [button(fillInPlain(t.as, { name: `@${account.handle}` }))])}
${form({ action: `${base}/switch`, csrf: frame.csrf }, button(t.another, "other"))}`,
	);
}
