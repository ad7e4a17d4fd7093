import { randomBytes } from "node:crypto";
import { Conflict, InvalidRequest } from "../errors.ts";
import { type Account, addressOf } from "../model/account.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { attempt } from "./attempt.ts";
import type { IdentityWorld } from "./identity.ts";
import { hashOfSecret } from "./secret.ts";

/** The one-time codes of an account (RFC 6238), by the account's id. */
export interface Totp {
	/** base32, sealed; absent: not confirmed yet, so nobody is asked for codes. */
	readonly secret?: unknown;
	/** The secret that an app has been shown, until a code from that app confirms it. */
	readonly pending?: unknown;
	/** The step of the newest code that was taken: a code is good once. */
	readonly lastStep: number;
	/** Hashes of the recovery codes that are left. */
	readonly recovery: readonly string[];
}

export const totps: Collection<Totp> = { name: "totps", version: 1, indexes: {} };

type Keeper = Pick<IdentityWorld, "store" | "clock" | "vault" | "identity" | "domain">;

/** True when codes are asked for at sign-in. */
export async function hasTotp({ store }: Pick<IdentityWorld, "store">, account: Account): Promise<boolean> {
	return (await store.get(totps, account.id))?.doc.secret !== undefined;
}

/**
 * Makes a secret for an authenticator app. Nothing is asked for before {@link confirmTotp}; an app that is set up already goes
 * on until then.
 *
 * @returns the secret for typing it in, and the `otpauth://` URI for the QR code
 */
export async function beginTotp(world: Keeper, account: Account): Promise<{ secret: string; uri: string }> {
	const { totp } = world.identity.factors;
	const secret = await totp.newSecret();
	const pending = world.vault.seal(secret);
	await change(world, account, (now) => ({ ...now, pending }));
	return { secret, uri: await totp.uri({ secret, issuer: world.identity.instanceName, label: addressOf(account) }) };
}

/**
 * Turns codes on with the first one from the app.
 *
 * @returns ten recovery codes, which can't be read again; those of before are void
 * @throws {InvalidRequest} `/code` is wrong
 * @throws {Conflict} `totp_not_begun`
 */
export async function confirmTotp(world: Keeper, account: Account, code: string): Promise<readonly string[]> {
	const stored = await world.store.get(totps, account.id);
	if (stored?.doc.pending === undefined) throw new Conflict("totp_not_begun", "No authenticator app is being set up");
	const secret = world.vault.open(stored.doc.pending) as string;
	const step = await world.identity.factors.totp.stepOf(secret, plain(code), world.clock.now());
	if (step === undefined) throw wrongCode();
	const codes = newRecoveryCodes();
	const confirmed = { secret: stored.doc.pending, lastStep: step, recovery: codes.map((c) => hashOf(account, c)) };
	if (!(await world.store.replace(totps, account.id, stored.rev, confirmed))) throw wrongCode();
	return codes;
}

const wrongCode = (): InvalidRequest =>
	new InvalidRequest([{ field: "/code", expected: "the code that the app shows now" }]);

/** Turns codes off. Idempotent. */
export async function endTotp({ store }: Pick<IdentityWorld, "store">, account: Account): Promise<void> {
	await store.delete(totps, account.id);
}

/** Makes ten new recovery codes; those of before are void. @throws {Conflict} `totp_not_begun` codes are not turned on */
export async function renewRecoveryCodes(world: Keeper, account: Account): Promise<readonly string[]> {
	const codes = newRecoveryCodes();
	await change(world, account, (now) => {
		if (now.secret === undefined) throw new Conflict("totp_not_begun", "No authenticator app is set up");
		return { ...now, recovery: codes.map((code) => hashOf(account, code)) };
	});
	return codes;
}

/**
 * True when this is a code of the account: one from the app (now, or half a minute earlier or later) or a recovery code, each
 * good once, whoever else uses it at the same time.
 *
 * @param from the caller's address
 * @throws {TooManyRequests} too many wrong tries for this account or from this address
 */
export function checkCode(world: Keeper, account: Account, code: string, from: string): Promise<boolean> {
	return attempt(world, { subject: account.id, from }, () => takeCode(world, account, plain(code)));
}

async function takeCode(world: Keeper, account: Account, code: string): Promise<boolean> {
	for (;;) {
		const stored = await world.store.get(totps, account.id);
		if (stored?.doc.secret === undefined) return false;
		const used = await afterUse(world, account, stored.doc, code);
		if (used === undefined) return false;
		if (await world.store.replace(totps, account.id, stored.rev, used)) return true;
	}
}

/** What is left when a code has been used; `undefined`: it is none (any more). */
async function afterUse(world: Keeper, account: Account, now: Totp, code: string): Promise<Totp | undefined> {
	if (/^\d{6}$/.test(code)) {
		const secret = world.vault.open(now.secret) as string;
		const step = await world.identity.factors.totp.stepOf(secret, code, world.clock.now());
		return step === undefined || step <= now.lastStep ? undefined : { ...now, lastStep: step };
	}
	const hash = hashOf(account, code);
	if (!now.recovery.includes(hash)) return undefined;
	return { ...now, recovery: now.recovery.filter((other) => other !== hash) };
}

/** However a code is typed: with spaces or hyphens, in capitals. */
const plain = (code: string): string => code.replace(/[\s-]/g, "").toLowerCase();

const hashOf = (account: Account, code: string): string => hashOfSecret(`${account.id} ${plain(code)}`);

/** 80 random bits each, in an alphabet without look-alikes: too many to be found from their hashes. */
function newRecoveryCodes(): readonly string[] {
	const alphabet = "23456789abcdefghijkmnpqrstuvwxyz";
	return Array.from({ length: 10 }, () => {
		const code = [...randomBytes(16)].map((byte) => alphabet[byte & 31]).join("");
		return code.match(/.{4}/g)?.join("-") ?? code;
	});
}

async function change({ store }: Keeper, account: Account, next: (now: Totp) => Totp): Promise<void> {
	for (;;) {
		const stored = await store.get(totps, account.id);
		const doc = next(stored?.doc ?? { lastStep: 0, recovery: [] });
		if (stored !== undefined) {
			if (await store.replace(totps, account.id, stored.rev, doc)) return;
			continue;
		}
		try {
			return await store.insert(totps, account.id, doc);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}
}
