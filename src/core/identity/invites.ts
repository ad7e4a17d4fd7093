import { accounts } from "../accounts/account.ts";
import { isWithin } from "../clock.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

/** A sign-up with an invitation that has not created its account yet. */
interface Redemption {
	/** The id that the account will have. */
	readonly account: AccountId;
	readonly since: number;
}

/** An invitation to create an account. Its id is the hash of its secret. */
export interface Invite {
	/** The account that invites; the operator if absent. */
	readonly by?: AccountId;
	readonly usesLeft: number;
	/** The sign-ups in progress. The use of one that creates no account is released, even if the process has ended meanwhile. */
	readonly takers?: readonly Redemption[];
	readonly createdAt: number;
	readonly expiresAt: number;
}

/** The invitations, by the hash of their secret. */
export const invites: Collection<Invite> = { name: "invites", version: 1, indexes: { expiresAt: expiryIndex } };

const dayMs = 86_400_000;
/** How often and how long an invitation can be used by default. */
export const usualInvite = { uses: 1, days: 7 } as const;

/**
 * Creates an invitation and returns its secret, which can't be read again.
 *
 * @param options.by the account that invites; the operator if absent
 * @param options.uses how many accounts it can create
 * @param options.expiresAt milliseconds since 1970; in a week if absent
 */
export async function addInvite(
	context: Pick<CoreContext, "store" | "clock">,
	{
		by,
		uses = usualInvite.uses,
		expiresAt,
	}: { readonly by?: AccountId; readonly uses?: number; readonly expiresAt?: number } = {},
): Promise<string> {
	const secret = newSecret("cwi");
	const now = context.clock.now();
	await context.store.insert(invites, hashOfSecret(secret), {
		...(by === undefined ? {} : { by }),
		usesLeft: uses,
		createdAt: now,
		expiresAt: expiresAt ?? now + usualInvite.days * dayMs,
	});
	return secret;
}

/** The URL of the page where an invitation is redeemed. */
export const inviteLink = ({ origin }: Pick<CoreContext, "origin">, secret: string): string =>
	`${origin}/signup?invite=${encodeURIComponent(secret)}`;

type Dependencies = Pick<CoreContext, "store" | "clock">;

/** Whether an invitation can still be redeemed. */
export async function inviteState(context: Dependencies, secret: string): Promise<"valid" | "invalid"> {
	const invite = (await context.store.get(invites, hashOfSecret(secret)))?.doc;
	return invite !== undefined && isOpen(await settled(context, invite), context.clock.now()) ? "valid" : "invalid";
}

/** Uses an invitation once, safely under concurrency; `false` if no use is left. @param account the id that the new account will have */
export async function redeemInvite(context: Dependencies, secret: string, account: AccountId): Promise<boolean> {
	return change(context, secret, (invite) => {
		if (!isOpen(invite, context.clock.now())) return undefined;
		const takers = [...(invite.takers ?? []), { account, since: context.clock.now() }];
		return { ...invite, usesLeft: invite.usesLeft - 1, takers };
	});
}

/** Gives back the use of a sign-up that has created no account. */
export async function releaseInvite(context: Dependencies, secret: string, account: AccountId): Promise<void> {
	await change(context, secret, (invite) => {
		const takers = (invite.takers ?? []).filter((redemption) => redemption.account !== account);
		// The use of a sign-up that timed out was released before.
		return takers.length === invite.takers?.length ? undefined : { ...invite, usesLeft: invite.usesLeft + 1, takers };
	});
}

/** Changes an invitation by compare-and-set. One without uses is kept until it expires, since a use may be released. */
async function change(
	context: Dependencies,
	secret: string,
	next: (invite: Invite) => Invite | undefined,
): Promise<boolean> {
	const id = hashOfSecret(secret);
	for (;;) {
		const stored = await context.store.get(invites, id);
		const changed = stored && next(await settled(context, stored.doc));
		if (stored === undefined || changed === undefined) return false;
		if (await context.store.replace(invites, id, stored.rev, changed)) return true;
	}
}

/** A sign-up that has not created its account after this many milliseconds has failed. */
const signUpMs = 60_000;

/** The invitation without the sign-ups that have created their account, and with the uses of those that have failed. */
async function settled({ store, clock }: Dependencies, invite: Invite): Promise<Invite> {
	const takers: Redemption[] = [];
	let usesLeft = invite.usesLeft;
	for (const redemption of invite.takers ?? []) {
		if ((await store.get(accounts, redemption.account)) !== undefined) continue;
		if (!isWithin(redemption.since, clock.now(), signUpMs)) usesLeft++;
		else takers.push(redemption);
	}
	return { ...invite, usesLeft, takers };
}

const isOpen = ({ usesLeft, expiresAt }: Invite, now: number): boolean => usesLeft > 0 && expiresAt > now;
