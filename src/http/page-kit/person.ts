import { createHash } from "node:crypto";
import { cleanName } from "#core/clean-text.ts";
import type { Account } from "#core/model/account.ts";
import { type Html, html } from "./html.ts";

/** The name of an account as plain text. It is cleaned again, because earlier versions stored names as they were sent. */
export const nameOf = ({ profile, handle }: Pick<Account, "profile" | "handle">): string =>
	cleanName(profile.displayName) || handle;

/** The name of an account, whose writing direction can't affect the text around it. */
export const isolatedName = (account: Account): Html => html`<bdi>${nameOf(account)}</bdi>`;

/**
 * The avatar of an account: its first letter on one of eight colours. The picture that a profile names is on a server of its own, which a
 * page must not let a visitor's browser ask.
 */
export function avatar({ id, handle, profile }: Account, size: "small" | "large" = "small"): Html {
	const hue = (createHash("sha256").update(id).digest()[0] as number) % 8;
	const [letter = "?"] = nameOf({ profile, handle }).toUpperCase();
	return html`<span class="avatar ${size} hue${hue}" aria-hidden="true">${letter}</span>`;
}
