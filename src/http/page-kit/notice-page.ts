import type { Instance } from "../base/services.ts";
import { fillIn } from "./fill-in.ts";
import { entryPage } from "./frame.ts";
import { type Fragment, type Html, html } from "./html.ts";
import { texts } from "./texts.ts";

interface Notice {
	readonly title: string;
	readonly text: Fragment;
	readonly link?: { readonly to: string; readonly label: string };
}

/** A page with a message and at most one link. */
export const renderNotice = (frame: { readonly instance: Instance }, { title, text, link }: Notice): Html =>
	entryPage(
		frame,
		{ title },
		html`<h1>${title}</h1><p>${text}</p>${link !== undefined && html`<p><a class="button other" href="${link.to}">${link.label}</a></p>`}`,
	);

/**
 * The error page for an authorization request that can't be redirected back to the client (RFC 6749 §4.1.2.1).
 */
export const renderOAuthError = (
	frame: { readonly instance: Instance },
	{
		code,
		detail,
		isExpired = false,
	}: { readonly code: string; readonly detail?: string; readonly isExpired?: boolean },
): Html => {
	const t = texts.oauthError;
	return entryPage(
		frame,
		{ title: isExpired ? t.expired : t.title },
		html`<h1>${isExpired ? t.expired : t.title}</h1><p>${isExpired ? t.expiredLead : t.lead}</p>
<p class="hint">${fillIn(t.code, { code: html`<code>${code}</code>${detail !== undefined && html` (${detail})`}` })}</p>
<p><a class="button other" href="/">${t.home}</a></p>`,
	);
};
