import { createHash } from "node:crypto";
import type { Account } from "#core/model/account.ts";
import { type Html, html, safeHref } from "./html.ts";

export const nameOf = ({ profile, handle }: Account): string => profile.displayName || handle;

/** The avatar image, or the first letter on one of eight colours. */
export function avatar(account: Account, size: "small" | "large" = "small"): Html {
	const { avatar: picture } = account.profile;
	if (picture === undefined) return letterOf(account, size);
	return html`<img class="avatar ${size}" src="${safeHref(picture)}" alt="" loading="lazy">`;
}

/** The letter alone, for pages that must not load anything from other servers. */
export function letterOf({ id, handle, profile }: Account, size: "small" | "large" = "small"): Html {
	const hue = (createHash("sha256").update(id).digest()[0] as number) % 8;
	const [letter = "?"] = (profile.displayName.trim() || handle).toUpperCase();
	return html`<span class="avatar ${size} hue${hue}" aria-hidden="true">${letter}</span>`;
}
