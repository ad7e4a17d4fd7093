import { randomBytes } from "node:crypto";
import { createAccount } from "#core/accounts/create-account.ts";
import type { CoreContext } from "#core/events/context.ts";
import { authenticate } from "#core/federation/principals.ts";
import { saveRecord } from "#core/identity/oauth-records.ts";
import { subjectOf } from "#core/identity/subject.ts";
import { addToken } from "#core/identity/tokens.ts";
import { openCore, readConfig } from "../../src/gateway.ts";
import { serveCalls } from "../serve-calls.ts";

let context: CoreContext | undefined;
const secrets: Record<string, readonly string[]> = { personal: [], oauth: [], wrong: [] };

/** Authenticates tokens as every request to /api does, on a store with many of them. */
const calls = {
	async open(folder: string, people: number): Promise<void> {
		const env = { CAUSEWAY_DATA_DIR: folder, CAUSEWAY_LOG_LEVEL: "silent" };
		const opened = (await openCore(await readConfig(undefined, env))).context;
		const made = await Promise.all(Array.from({ length: people }, (_, i) => personWithTokens(opened, i)));
		secrets.personal = made.map(({ personal }) => personal);
		secrets.oauth = made.map(({ oauth }) => oauth);
		secrets.wrong = made.map(() => randomBytes(32).toString("base64url"));
		context = opened;
	},
	/** The CPU milliseconds of one check, measured over `count` checks in a row. */
	async check(kind: keyof typeof secrets, count: number): Promise<number> {
		const [opened, list] = [context, secrets[kind] ?? []];
		if (opened === undefined) throw new Error("open must be called before check");
		const before = process.cpuUsage();
		for (let i = 0; i < count; i++) {
			const principal = await authenticate(opened, list[i % list.length] as string);
			if ((principal === undefined) !== (kind === "wrong"))
				throw new Error(`A ${kind} token was not authenticated as expected`);
		}
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1000 / count;
	},
};
export type TokenChecks = typeof calls;
serveCalls(calls);

async function personWithTokens(opened: CoreContext, serial: number): Promise<{ personal: string; oauth: string }> {
	const account = await createAccount(opened, { handle: `person${serial}` });
	const personal = await addToken(opened, { account: account.id, scopes: ["ofscp"], name: "bench" });
	const [oauth, grant] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
	const [subject, expiresAt] = [subjectOf(opened, account), opened.clock.now() + 3_600_000];
	const common = { accountId: subject, clientId: "bench", exp: Math.floor(expiresAt / 1000) };
	await saveRecord(opened, "Grant", grant, { expiresAt, owner: subject, payload: common });
	const payload = { ...common, grantId: grant, scope: "openid ofscp", kind: "AccessToken" };
	await saveRecord(opened, "AccessToken", oauth, { expiresAt, bundle: grant, payload });
	return { personal, oauth };
}
