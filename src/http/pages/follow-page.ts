import type { Followable } from "#core/bridging/followable.ts";
import type { Account } from "#core/model/account.ts";
import { fillIn, fillInPlain } from "../page-kit/fill-in.ts";
import { followTexts as t } from "../page-kit/follow-texts.ts";
import { button, form } from "../page-kit/form.ts";
import { entryPage, type Frame, person } from "../page-kit/frame.ts";
import { type Html, html } from "../page-kit/html.ts";

export interface FollowShown {
	readonly account: Account;
	readonly choices: readonly Followable[];
}

/** The page that asks whether to follow a person, or which of an author and a channel. */
export function renderFollow(frame: Frame, { account, choices }: FollowShown): Html {
	return entryPage(
		frame,
		{ title: t.title, beside: html`<p><a href="/account">${t.cancel}</a></p>` },
		html`<h1>${t.title}</h1><p>${t.lead}</p>${person(account)}
${choices.map(
	(choice) =>
		html`<div class="choice"><p><strong><bdi>${choice.name}</bdi></strong><br><bdi>@${choice.address}</bdi></p>${form(
			{ action: "/authorize_interaction", csrf: frame.csrf, hidden: { follow: choice.reference } },
			button(titleOf(choice)),
		)}</div>`,
)}`,
	);
}

const titleOf = ({ kind, address }: Followable): string => fillInPlain(t[kind], { name: `@${address}` });

/** The page that says what has become of a request to follow. */
export function renderFollowed(
	frame: Frame,
	{ address, state }: { readonly address: string; readonly state: "joined" | "requested" },
): Html {
	const [title, text] = state === "joined" ? [t.done, t.doneText] : [t.asked, t.askedText];
	const name = html`<bdi>@${address}</bdi>`;
	return entryPage(
		frame,
		{ title: fillInPlain(title, { name: `@${address}` }) },
		html`<h1>${fillIn(title, { name })}</h1><p>${text}</p><p><a class="button other" href="/">${t.front}</a></p>`,
	);
}
