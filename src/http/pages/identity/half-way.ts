import type { Context } from "koa";
import { accountById } from "#core/accounts/find-account.ts";
import type { World } from "#core/events/world.ts";
import { passwordSince } from "#core/identity/credentials.ts";
import type { AccountId } from "#core/ids.ts";
import type { Account } from "#core/model/account.ts";
import { readCookie, setCookie } from "../../page-kit/cookies.ts";

const cookie = "causeway_half_way";
const maxAgeMs = 10 * 60_000;

/** Whose password was right, and which second factors are still to come. Sealed: the browser can only give it back. */
interface HalfWay {
	readonly purpose: "half-way";
	readonly account: AccountId;
	/** Since when that password is theirs: with another one they are not half-way in any more. */
	readonly password: number;
	/** Where they are signing in: our own pages, or one interaction. */
	readonly place: string;
	readonly until: number;
}

/** Keeps, in the browser, that the first factor was right. */
export async function rememberHalfWay(ctx: Context, world: World, account: Account, place: string): Promise<void> {
	const password = await passwordSince(world, account.id);
	const until = world.clock.now() + maxAgeMs;
	const kept: HalfWay = { purpose: "half-way", account: account.id, password, place, until };
	setCookie(ctx, cookie, String(world.vault.seal(kept)), { origin: world.origin, maxAgeMs });
}

/** Who is half-way in at this place; `undefined`: nobody, or too long ago. */
export async function halfWay(ctx: Context, world: World, place: string): Promise<Account | undefined> {
	const kept = open(world, readCookie(ctx, cookie, world.origin));
	if (kept?.purpose !== "half-way" || kept.place !== place || kept.until < world.clock.now()) return undefined;
	if (kept.password !== (await passwordSince(world, kept.account))) return undefined;
	const account = await accountById(world, kept.account);
	return account?.deletedAt === undefined ? account : undefined;
}

export const forgetHalfWay = (ctx: Context, { origin }: Pick<World, "origin">): void =>
	setCookie(ctx, cookie, undefined, { origin });

function open(world: World, sealed: string | undefined): HalfWay | undefined {
	if (sealed === undefined) return undefined;
	try {
		return world.vault.open(sealed) as HalfWay;
	} catch {
		// Not ours, or sealed with a key that is no more.
		return undefined;
	}
}
