import anyTest, { type TestFn } from "ava";
import { addInvite } from "#core/identity/invites.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { createBrowser } from "../support/browser-forms.ts";
import { codeAt } from "../support/codes.ts";
import { newKeyPair, signedHeaders } from "../support/device.ts";
import type { Running } from "../support/gateway.ts";
import { turnCodesOn } from "../support/person.ts";
import { ask, begin, goThrough, member, password, redirectUri, register, startScene } from "./oauth/scene.ts";

const test = anyTest as TestFn<{ open: Running; invited: Running }>;

test.before(async (t) => {
	t.context.open = await startScene({ CAUSEWAY_REGISTRATION_MODE: "open" });
	t.context.invited = await startScene({ CAUSEWAY_REGISTRATION_MODE: "invite" });
});
test.after.always(async (t) => {
	await t.context.open?.[Symbol.asyncDispose]();
	await t.context.invited?.[Symbol.asyncDispose]();
});

interface Answer {
	readonly status: number;
	readonly body: Record<string, string>;
}

async function post(to: string, body: object, token?: string): Promise<Answer> {
	const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const headers = { "content-type": "application/json", ...authorization };
	const answer = await fetch(to, { method: "POST", headers, body: JSON.stringify(body) });
	const text = await answer.text();
	return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, string>) };
}

/** As many as may wait for their password to be hashed. */
const many = Array.from({ length: 50 }, (_, i) => i);
const all = <T>(one: (i: number) => Promise<T>): Promise<T[]> => Promise.all(many.map(one));
const statuses = (answers: readonly { readonly status: number }[]): readonly number[] =>
	answers.map(({ status }) => status).toSorted((a, b) => a - b);
const once = (won: number, lost: number): readonly number[] =>
	[won, ...Array<number>(many.length - 1).fill(lost)].toSorted((a, b) => a - b);

test.serial("of fifty concurrent registrations of one handle, one succeeds, with its own password", async (t) => {
	const { origin } = t.context.open;
	const word = (i: number): string => `plum number ${i} in the tree`;
	const answers = await all((i) => post(`${origin}/api/auth/register`, { handle: "wanted", password: word(i) }));
	t.deepEqual(statuses(answers), once(201, 409));
	const winner = answers.findIndex(({ status }) => status === 201);
	for (const i of [winner, (winner + 1) % many.length]) {
		const login = await post(`${origin}/api/auth/login`, { handle: "wanted", password: word(i) });
		t.is(login.status, i === winner ? 200 : 401);
	}
});

test.serial("fifty concurrent registrations with one invitation create one account", async (t) => {
	const { origin, gateway } = t.context.invited;
	const invite = await addInvite(gateway.context, {});
	const answers = await all((i) => post(`${origin}/api/auth/register`, { handle: `guest${i}`, password, invite }));
	t.deepEqual(statuses(answers), once(201, 403));
});

test.serial(
	"of fifty concurrent uses of one recovery link, one sets the password, and only that one reports success",
	async (t) => {
		const { origin, gateway } = t.context.open;
		const link = new URL(await recoveryLink(gateway.context, await member(t.context.open, "rhea")));
		const token = link.searchParams.get("link") as string;
		const word = (i: number): string => `pear number ${i} in the tree`;
		const answers = await all((i) => post(`${origin}/api/auth/recover/confirm`, { token, newPassword: word(i) }));
		t.deepEqual(statuses(answers), once(204, 400));
		const handle = "rhea";
		const winner = answers.findIndex(({ status }) => status === 204);
		t.is((await post(`${origin}/api/auth/login`, { handle, password: word(winner) })).status, 200);
		t.is((await post(`${origin}/api/auth/login`, { handle, password })).status, 401);
	},
);

test.serial("of fifty concurrent logins with one authenticator or recovery code, one succeeds", async (t) => {
	const { origin, gateway } = t.context.open;
	const account = await member(t.context.open, "tess");
	const { secret, recovery } = await turnCodesOn(gateway.context, account);
	for (const otp of [codeAt(secret, Date.now()), recovery[0] as string]) {
		const answers = await all(() => post(`${origin}/api/auth/login`, { handle: "tess", password, otp }));
		t.deepEqual(statuses(answers), once(200, 401));
	}
});

test.serial("fifty concurrent requests with one bootstrap token register one key", async (t) => {
	const { origin, domain } = t.context.open;
	await member(t.context.open, "dora");
	const { body } = await post(`${origin}/api/auth/login`, { handle: "dora", password });
	const keys = many.map(newKeyPair);
	const made = await all((i) =>
		post(`${origin}/api/auth/device-keys`, { public_key: keys[i]?.publicKey }, body.bootstrap_token),
	);
	t.deepEqual(statuses(made), once(201, 401));

	const winner = made.findIndex(({ status }) => status === 201);
	const key = keys[winner] as (typeof keys)[number];
	const keyId = made[winner]?.body.key_id as string;
	const signing = { signer: `dora@${domain}`, keyId, key, authority: domain, method: "GET" };
	const list = signedHeaders({ ...signing, target: "/api/auth/device-keys" });
	const { items } = (await (await fetch(`${origin}/api/auth/device-keys`, { headers: list })).json()) as {
		items: object[];
	};
	t.is(items.length, 1);
	const headers = signedHeaders({ ...signing, target: "/api/me" });
	t.deepEqual(statuses(await all(() => fetch(`${origin}/api/me`, { headers }))), once(200, 401), "one nonce");
});

test.serial(
	"of fifty concurrent redemptions of one code or refresh token, one succeeds, and the reuse revokes the grant",
	async (t) => {
		const { origin } = t.context.open;
		await member(t.context.open, "cleo");
		const config = await register(origin);
		const client_id = config.clientMetadata().client_id;
		const browser = createBrowser(origin);
		const token = async (fields: Record<string, string>) => {
			const answer = await fetch(`${origin}/oauth/token`, {
				method: "POST",
				body: new URLSearchParams({ ...fields, client_id }),
			});
			return { status: answer.status, body: (await answer.json()) as Record<string, string> };
		};
		const logIn = async () => {
			const attempt = await begin(config, { prompt: "consent" });
			const { url } = await goThrough(browser, await browser.open(attempt.url.href), "cleo");
			const code = new URL(url).searchParams.get("code") as string;
			return { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: attempt.verifier };
		};
		const checkOver = async (answers: readonly Answer[]) => {
			t.deepEqual(statuses(answers), once(200, 400));
			const { body } = answers.find(({ status }) => status === 200) as Answer;
			t.is((await ask(origin, body.access_token as string)).status, 401);
			const again = { grant_type: "refresh_token", refresh_token: body.refresh_token as string };
			t.is((await token(again)).status, 400);
		};

		const redeemed = await logIn();
		await checkOver(await all(() => token(redeemed)));
		const { body } = await token(await logIn());
		const refresh = { grant_type: "refresh_token", refresh_token: body.refresh_token as string };
		await checkOver(await all(() => token(refresh)));
	},
);
