import { cleanName } from "#core/clean-text.ts";
import type { SessionItem, SessionKind } from "#core/identity/sessions.ts";
import type { Account } from "#core/model/account.ts";
import { fillIn, fillInPlain } from "../../page-kit/fill-in.ts";
import { button, type Fault, faultSummary, field, form } from "../../page-kit/form.ts";
import { accountPage, entryPage, type Frame } from "../../page-kit/frame.ts";
import { type Html, html } from "../../page-kit/html.ts";
import { texts } from "../../page-kit/texts.ts";
import { shortTime } from "../post.ts";
import { confirmPath } from "./fresh-page.ts";

export interface AppsView {
	readonly account: Account;
	readonly sessions: readonly SessionItem[];
	/** True if the authentication is recent enough to make an access token. */
	readonly fresh: boolean;
	readonly done?: string | undefined;
	readonly faults?: readonly Fault[];
}

const t = texts.apps;

const kinds: readonly {
	readonly kind: SessionKind;
	readonly title: string;
	readonly end: string;
	readonly named: string;
}[] = [
	{ kind: "session", title: t.sessionsTitle, end: t.end, named: t.endThis },
	{ kind: "token", title: t.tokensTitle, end: t.revoke, named: t.revokeThis },
	{ kind: "device", title: t.devicesTitle, end: t.revoke, named: t.revokeThis },
];

/** The page that lists the sessions, tokens and device keys of an account. */
export function renderApps(frame: Frame, { account, sessions, fresh, done, faults = [] }: AppsView): Html {
	const cards = kinds.map(({ kind, title, end, named }) => {
		// What another session has made is listed below that one, with which it ends.
		const items = sessions.filter((item) => item.kind === kind && !isMade(sessions, item));
		const list = items.map((item) => row(frame, item, { end, named, sessions }));
		return html`<section class="card"><h2>${title}</h2>${
			list.length === 0 ? html`<p class="quiet">${t.none}</p>` : html`<ul class="rows">${list}</ul>`
		}${kind === "token" && (fresh ? tokenForm(frame, faults) : again)}</section>`;
	});
	return accountPage(
		frame,
		{ account, tab: "apps", title: t.title, faults, done },
		html`<h1 class="apart">${t.title}</h1><p class="lead">${t.lead}</p>${cards}`,
	);
}

const again = html`<p><a class="button other" href="${confirmPath("/account/apps")}">${t.tokenConfirm}</a></p>`;

const isMade = (sessions: readonly SessionItem[], { madeBy }: SessionItem): boolean =>
	sessions.some(({ id }) => id === madeBy);

interface RowTexts {
	readonly end: string;
	readonly named: string;
	readonly sessions: readonly SessionItem[];
}

function row(frame: Frame, item: SessionItem, { end, named, sessions }: RowTexts): Html {
	const made = sessions
		.filter(({ madeBy }) => madeBy === item.id)
		.map((key) => row(frame, key, { end: t.revoke, named: t.revokeThis, sessions }));
	return html`${ownRow(frame, item, end, named)}${made.length > 0 && html`<li class="made"><ul class="rows" aria-label="${fillInPlain(t.madeBy, { client: nameOf(item) })}">${made}</ul></li>`}`;
}

const nameOf = ({ client }: SessionItem): string => cleanName(client) || t.unnamed;

function ownRow({ csrf }: Frame, item: SessionItem, end: string, named: string): Html {
	const client = nameOf(item);
	const isCurrent = item.current === true;
	const used = item.lastUsedAt === undefined ? t.neverUsed : fillIn(t.lastUsed, { time: shortTime(item.lastUsedAt) });
	// The current session is in use by this very request.
	return html`<li><div><strong><bdi>${client}</bdi></strong>${isCurrent && html` <span class="badge">${t.current}</span>`}<small>${fillIn(t.since, { time: shortTime(item.createdAt) })}${!isCurrent && html` · ${used}`}</small></div>${form(
		{ action: "/account/apps/end", csrf, hidden: { id: item.id } },
		button(end, "danger", { named: fillInPlain(named, { client }) }),
	)}</li>`;
}

const tokenForm = ({ csrf }: Frame, faults: readonly Fault[]): Html =>
	html`<details${faults.length > 0 && html` open`}><summary>${t.tokenTitle}</summary>${faultSummary(faults)}<p>${t.tokenText}</p>${form(
		{ action: "/account/apps/token", csrf },
		[
			field({ name: "name", label: t.tokenName, autocomplete: "off", maxlength: 100 }, faults),
			button(t.tokenSubmit, "other"),
		],
	)}</details>`;

/** The page that shows a new access token, once. */
export function renderNewToken(
	frame: Frame,
	{ name, secret }: { readonly name: string; readonly secret: string },
): Html {
	return entryPage(
		frame,
		{ title: t.tokenMade },
		html`<h1>${t.tokenMade}</h1><p class="lead"><bdi>${name}</bdi></p><div class="note care"><p>${t.tokenOnce}</p></div><p class="secret">${secret}</p><p><a class="button main" href="/account/apps">${t.done}</a></p>`,
	);
}
