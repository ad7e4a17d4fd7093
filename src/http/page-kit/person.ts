import { createHash } from "node:crypto";
import { cleanName } from "#core/clean-text.ts";
import type { Account } from "#core/model/account.ts";
import { type Html, html, safeHref } from "./html.ts";

/** The name of an account as plain text. It is cleaned again, because earlier versions stored names as they were sent. */
export const nameOf = ({ profile, handle }: Pick<Account, "profile" | "handle">): string =>
	cleanName(profile.displayName) || handle;

/** The name of an account, whose writing direction can't affect the text around it. */
export const isolatedName = (account: Account): Html => html`<bdi>${nameOf(account)}</bdi>`;

/** The avatar image, or the first letter on one of eight colours. */
export function avatar(account: Account, size: "small" | "large" = "small"): Html {
	const { avatar: picture } = account.profile;
	if (picture === undefined) return letterOf(account, size);
	return html`<img class="avatar ${size}" src="${safeHref(picture)}" alt="" loading="lazy">`;
}

/** The letter alone, for pages that must not load anything from other servers. */
export function letterOf({ id, handle, profile }: Account, size: "small" | "large" = "small"): Html {
	const hue = (createHash("sha256").update(id).digest()[0] as number) % 8;
	const [letter = "?"] = nameOf({ profile, handle }).toUpperCase();
	return html`<span class="avatar ${size} hue${hue}" aria-hidden="true">${letter}</span>`;
}
