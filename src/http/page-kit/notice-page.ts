import type { Instance } from "../base/services.ts";
import { entryPage } from "./frame.ts";
import { type Fragment, type Html, html } from "./html.ts";
import { say } from "./say.ts";
import { texts } from "./texts.ts";

interface Notice {
	readonly title: string;
	readonly text: Fragment;
	readonly link?: { readonly to: string; readonly label: string };
}

/** A page that only says something. */
export const renderNotice = (frame: { readonly instance: Instance }, { title, text, link }: Notice): Html =>
	entryPage(
		frame,
		{ title },
		html`<h1>${title}</h1><p>${text}</p>${link !== undefined && html`<p><a class="button other" href="${link.to}">${link.label}</a></p>`}`,
	);

/**
 * A request for authorization that can't be answered, nor sent back to who made it (RFC 6749 §4.1.2.1).
 *
 * @param code the error's code, and what is wrong in words
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
<p class="hint">${say(t.code, { code: html`<code>${code}</code>${detail !== undefined && html` (${detail})`}` })}</p>
<p><a class="button other" href="/">${t.home}</a></p>`,
	);
};
