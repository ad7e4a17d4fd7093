import { randomBytes } from "node:crypto";
import { Conflict, InvalidRequest } from "../errors.ts";
import { type Account, addressOf } from "../model/account.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { attempt } from "./attempt.ts";
import type { IdentityContext } from "./identity.ts";
import { hashOfSecret } from "./secret.ts";

/** The one-time codes of an account (RFC 6238), by the account's id. */
export interface Totp {
	/** base32, encrypted; absent until it is confirmed, and until then no codes are required. */
	readonly secret?: unknown;
	/** The secret of an app that is being set up, until a code from that app confirms it. */
	readonly pending?: unknown;
	/** The time step of the newest code that was accepted, since a code is valid once. */
	readonly lastStep: number;
	/** The hashes of the unused recovery codes. */
	readonly recovery: readonly string[];
}

/** The TOTP secrets, by account id. */
export const totps: Collection<Totp> = { name: "totps", version: 1, indexes: {} };

type Dependencies = Pick<IdentityContext, "store" | "clock" | "vault" | "identity" | "domain">;

/** True if the account needs a code to sign in. */
export async function hasTotp({ store }: Pick<IdentityContext, "store">, account: Account): Promise<boolean> {
	return (await store.get(totps, account.id))?.doc.secret !== undefined;
}

/**
 * Creates a secret for an authenticator app. It takes effect with {@link confirmTotp}; until then an app that was set up before stays
 * valid.
 *
 * @returns the secret to type in, and the `otpauth://` URI for the QR code
 */
export async function beginTotp(context: Dependencies, account: Account): Promise<{ secret: string; uri: string }> {
	const { totp } = context.identity.factors;
	const secret = await totp.newSecret();
	const pending = context.vault.seal(secret);
	await change(context, account, (now) => ({ ...now, pending }));
	return { secret, uri: await totp.uri({ secret, issuer: context.identity.instanceName, label: addressOf(account) }) };
}

/**
 * Activates an authenticator app with its first code.
 *
 * @returns ten recovery codes, which can't be read again; earlier ones become void
 * @throws {InvalidRequest} `/code` is wrong
 * @throws {Conflict} `totp_not_begun`
 */
export async function confirmTotp(context: Dependencies, account: Account, code: string): Promise<readonly string[]> {
	const stored = await context.store.get(totps, account.id);
	if (stored?.doc.pending === undefined) throw new Conflict("totp_not_begun", "No authenticator app is being set up");
	const secret = context.vault.open(stored.doc.pending) as string;
	const step = await context.identity.factors.totp.stepOf(secret, normalized(code), context.clock.now());
	if (step === undefined) throw wrongCode();
	const codes = newRecoveryCodes();
	const confirmed = { secret: stored.doc.pending, lastStep: step, recovery: codes.map((c) => hashOf(account, c)) };
	if (!(await context.store.replace(totps, account.id, stored.rev, confirmed))) throw wrongCode();
	return codes;
}

const wrongCode = (): InvalidRequest =>
	new InvalidRequest([{ field: "/code", expected: "the code that the app shows now" }]);

/** Deactivates TOTP. Idempotent. */
export async function endTotp({ store }: Pick<IdentityContext, "store">, account: Account): Promise<void> {
	await store.delete(totps, account.id);
}

/** Creates ten new recovery codes; earlier ones become void. @throws {Conflict} `totp_not_begun` TOTP is not active */
export async function renewRecoveryCodes(context: Dependencies, account: Account): Promise<readonly string[]> {
	const codes = newRecoveryCodes();
	await change(context, account, (now) => {
		if (now.secret === undefined) throw new Conflict("totp_not_begun", "No authenticator app is set up");
		return { ...now, recovery: codes.map((code) => hashOf(account, code)) };
	});
	return codes;
}

/**
 * True if this is a valid code of the account: one from the app (of the current time step, the previous or the next), or a recovery
 * code. Each is accepted once, also under concurrency.
 *
 * @param from the caller's IP address
 * @throws {TooManyRequests} too many wrong attempts for this account or from this IP address
 */
export function checkCode(context: Dependencies, account: Account, code: string, from: string): Promise<boolean> {
	return attempt(context, { subject: account.id, from }, () => consumeCode(context, account, normalized(code)));
}

async function consumeCode(context: Dependencies, account: Account, code: string): Promise<boolean> {
	for (;;) {
		const stored = await context.store.get(totps, account.id);
		if (stored?.doc.secret === undefined) return false;
		const used = await afterUse(context, account, stored.doc, code);
		if (used === undefined) return false;
		if (await context.store.replace(totps, account.id, stored.rev, used)) return true;
	}
}

/** The state after a code was used; `undefined` if the code is wrong or has been used. */
async function afterUse(context: Dependencies, account: Account, now: Totp, code: string): Promise<Totp | undefined> {
	if (/^\d{6}$/.test(code)) {
		const secret = context.vault.open(now.secret) as string;
		const step = await context.identity.factors.totp.stepOf(secret, code, context.clock.now());
		return step === undefined || step <= now.lastStep ? undefined : { ...now, lastStep: step };
	}
	const hash = hashOf(account, code);
	if (!now.recovery.includes(hash)) return undefined;
	return { ...now, recovery: now.recovery.filter((other) => other !== hash) };
}

/** A code without spaces and hyphens, in lower case. */
const normalized = (code: string): string => code.replace(/[\s-]/g, "").toLowerCase();

const hashOf = (account: Account, code: string): string => hashOfSecret(`${account.id} ${normalized(code)}`);

/** Ten codes with 80 random bits each, too many to be found from their hashes, in an alphabet without look-alikes. */
function newRecoveryCodes(): readonly string[] {
	const alphabet = "23456789abcdefghijkmnpqrstuvwxyz";
	return Array.from({ length: 10 }, () => {
		const code = [...randomBytes(16)].map((byte) => alphabet[byte & 31]).join("");
		return code.match(/.{4}/g)?.join("-") ?? code;
	});
}

async function change({ store }: Dependencies, account: Account, next: (now: Totp) => Totp): Promise<void> {
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
