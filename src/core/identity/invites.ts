import { accounts } from "../accounts/account.ts";
import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

interface Taker {
	/** The id that the account is going to have. */
	readonly account: AccountId;
	readonly since: number;
}

/** An invitation to make an account; its id is the hash of its secret. */
export interface Invite {
	/** Who invites; absent: the operator. */
	readonly by?: AccountId;
	readonly usesLeft: number;
	/** Who is making an account by it: where none comes of it the use comes back, also when the process has ended. */
	readonly takers?: readonly Taker[];
	readonly createdAt: number;
	readonly expiresAt: number;
}

export const invites: Collection<Invite> = { name: "invites", version: 1, indexes: { expiresAt: expiryIndex } };

const dayMs = 86_400_000;
export const usualInvite = { uses: 1, days: 7 } as const;

/**
 * Makes an invitation and returns its secret, which can't be read again.
 *
 * @param options.expiresAt milliseconds since 1970; absent: in a week
 */
export async function addInvite(
	world: Pick<World, "store" | "clock">,
	{
		by,
		uses = usualInvite.uses,
		expiresAt,
	}: { readonly by?: AccountId; readonly uses?: number; readonly expiresAt?: number } = {},
): Promise<string> {
	const secret = newSecret("cwi");
	const now = world.clock.now();
	await world.store.insert(invites, hashOfSecret(secret), {
		...(by === undefined ? {} : { by }),
		usesLeft: uses,
		createdAt: now,
		expiresAt: expiresAt ?? now + usualInvite.days * dayMs,
	});
	return secret;
}

/** The page where an invitation is taken up. */
export const inviteLink = ({ origin }: Pick<World, "origin">, secret: string): string =>
	`${origin}/signup?invite=${encodeURIComponent(secret)}`;

type Keeper = Pick<World, "store" | "clock">;

/** Whether an invitation can still be taken up. */
export async function inviteState(world: Keeper, secret: string): Promise<"valid" | "invalid"> {
	const invite = (await world.store.get(invites, hashOfSecret(secret)))?.doc;
	return invite !== undefined && isOpen(await settled(world, invite), world.clock.now()) ? "valid" : "invalid";
}

/** Takes one use of an invitation, once however many try at the same time. False: there is none left. */
export async function takeInvite(world: Keeper, secret: string, account: AccountId): Promise<boolean> {
	return change(world, secret, (invite) => {
		if (!isOpen(invite, world.clock.now())) return undefined;
		const takers = [...(invite.takers ?? []), { account, since: world.clock.now() }];
		return { ...invite, usesLeft: invite.usesLeft - 1, takers };
	});
}

/** Gives back a use that came to nothing. */
export async function returnInvite(world: Keeper, secret: string, account: AccountId): Promise<void> {
	await change(world, secret, (invite) => {
		const takers = (invite.takers ?? []).filter((taker) => taker.account !== account);
		// Whoever took so long that it has come back already has nothing to give.
		return takers.length === invite.takers?.length ? undefined : { ...invite, usesLeft: invite.usesLeft + 1, takers };
	});
}

/** The row of a used-up invitation stays until it expires: a use may come back. */
async function change(world: Keeper, secret: string, next: (invite: Invite) => Invite | undefined): Promise<boolean> {
	const id = hashOfSecret(secret);
	for (;;) {
		const stored = await world.store.get(invites, id);
		const changed = stored && next(await settled(world, stored.doc));
		if (stored === undefined || changed === undefined) return false;
		if (await world.store.replace(invites, id, stored.rev, changed)) return true;
	}
}

/** After this time, in milliseconds, a sign-up that has made no account has failed. */
const signUpMs = 60_000;

/** The same invitation without those who have their account by now, and with the uses of those who never came by one. */
async function settled({ store, clock }: Keeper, invite: Invite): Promise<Invite> {
	const takers: Taker[] = [];
	let usesLeft = invite.usesLeft;
	for (const taker of invite.takers ?? []) {
		if ((await store.get(accounts, taker.account)) !== undefined) continue;
		if (clock.now() - taker.since > signUpMs) usesLeft++;
		else takers.push(taker);
	}
	return { ...invite, usesLeft, takers };
}

const isOpen = ({ usesLeft, expiresAt }: Invite, now: number): boolean => usesLeft > 0 && expiresAt > now;
