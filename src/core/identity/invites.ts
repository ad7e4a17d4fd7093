import { expiryIndex } from "../expiry.ts";
import type { AccountId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";
import type { World } from "../world.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

/** An invitation to make an account; its id is the hash of its secret. */
export interface Invite {
	/** Who invites; absent: the operator. */
	readonly by?: AccountId;
	readonly usesLeft: number;
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

/** Whether an invitation can still be taken up. */
export async function inviteState(world: Pick<World, "store" | "clock">, secret: string): Promise<"valid" | "invalid"> {
	const invite = (await world.store.get(invites, hashOfSecret(secret)))?.doc;
	return invite !== undefined && isOpen(invite, world.clock.now()) ? "valid" : "invalid";
}

/** Takes one use of an invitation, once however many try at the same time. False: there is none left. */
export async function takeInvite(world: Pick<World, "store" | "clock">, secret: string): Promise<boolean> {
	return changeUses(world, secret, -1);
}

/** Gives back a use that came to nothing. */
export async function returnInvite(world: Pick<World, "store" | "clock">, secret: string): Promise<void> {
	await changeUses(world, secret, 1);
}

async function changeUses(
	{ store, clock }: Pick<World, "store" | "clock">,
	secret: string,
	by: 1 | -1,
): Promise<boolean> {
	const id = hashOfSecret(secret);
	for (;;) {
		const stored = await store.get(invites, id);
		if (stored === undefined || (by === -1 && !isOpen(stored.doc, clock.now()))) return false;
		// The row of a used-up invitation stays until it expires: a use may come back.
		if (await store.replace(invites, id, stored.rev, { ...stored.doc, usesLeft: stored.doc.usesLeft + by }))
			return true;
	}
}

const isOpen = ({ usesLeft, expiresAt }: Invite, now: number): boolean => usesLeft > 0 && expiresAt > now;
