import { type DeviceKeyPair, newKeyPair, signedHeaders } from "../support/device.ts";
import type { Provider } from "../support/provider.ts";
import type { Random } from "../support/random.ts";
import { until } from "../support/wait.ts";

export interface Answer {
	readonly status: number;
	readonly body: Record<string, string>;
}

/** Somebody who signs up, registers devices, changes their password and perhaps leaves, and notes what they were told. */
export interface Newcomer {
	readonly handle: string;
	password: string;
	/** The passwords that they had before. */
	readonly before: string[];
	/** The keys that they were told are registered. */
	readonly keys: { readonly id: string; readonly pair: DeviceKeyPair }[];
	isGone: boolean;
}

/** Sends a request; `undefined`: there was no answer, so that nobody knows what has become of it. */
export async function tell(
	{ origin }: Provider,
	method: string,
	path: string,
	body?: object,
	headers: Record<string, string> = {},
): Promise<Answer | undefined> {
	try {
		const answer = await fetch(origin + path, {
			method,
			headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await answer.text();
		return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, string>) };
	} catch {
		return undefined;
	}
}

/** Asks what changes nothing until there is an answer. */
export const ask = (...request: Parameters<typeof tell>): Promise<Answer> =>
	until("there is an answer", async () => {
		const answer = await tell(...request);
		return answer?.status === 503 ? undefined : answer;
	});

/** Whether a password lets somebody in. */
export const letsIn = async (provider: Provider, handle: string, password: string): Promise<boolean> =>
	(await logIn(provider, handle, password)).status === 200;

const logIn = (provider: Provider, handle: string, password: string): Promise<Answer> =>
	until("there is an answer to a log-in", async () => {
		const answer = await tell(provider, "POST", "/api/auth/login", { handle, password });
		return answer?.status === 503 ? undefined : answer;
	});

/** A request that one of their devices signs. */
export const bySignature = (
	provider: Provider,
	{ handle }: Newcomer,
	{ id, pair }: Newcomer["keys"][number],
	method: string,
	target: string,
	body?: object,
): Promise<Answer | undefined> => {
	const { domain } = provider;
	const text = body === undefined ? "" : JSON.stringify(body);
	const signing = {
		signer: `${handle}@${domain}`,
		keyId: id,
		key: pair,
		authority: domain,
		method,
		target,
		body: text,
	};
	return tell(provider, method, target, body, signedHeaders(signing));
};

/** Whether what a device signs counts; each time with a new nonce. */
export const isHeard = (provider: Provider, newcomer: Newcomer, key: Newcomer["keys"][number]): Promise<boolean> =>
	until("there is an answer to a device", async () => {
		const answer = await bySignature(provider, newcomer, key, "GET", "/api/me");
		return answer === undefined || answer.status === 503 ? undefined : ([answer.status === 200] as const);
	}).then(([it]) => it);

/**
 * One life, under blows. Whatever has no answer is looked at afterwards: it was done whole or not at all.
 *
 * @throws {Error} somebody is locked out, or was told what is not so
 */
export async function live(provider: Provider, random: Random, newcomer: Newcomer): Promise<void> {
	const { handle } = newcomer;
	let token = await signUp();
	for (const _device of [1, 2]) {
		const pair = newKeyPair();
		for (;;) {
			const bearer = { authorization: `Bearer ${token}` };
			const made = await tell(provider, "POST", "/api/auth/device-keys", { public_key: pair.publicKey }, bearer);
			if (made?.status === 201 || made?.status === 200) {
				newcomer.keys.push({ id: made.body.key_id as string, pair });
				break;
			}
			token = await enter();
		}
		token = await enter();
	}
	for (let i = random.integer(0, 2); i > 0; i--) await changePassword(`${handle} by the river ${i}`);
	if (random.integer(1, 3) === 1) await leave();

	async function signUp(): Promise<string> {
		for (let i = 0; ; i++) {
			// The mail address of a sign-up that broke off is free again in a minute; another one is at once.
			const wish = { handle, password: newcomer.password, email: `${handle}.${i}@mail.example` };
			const answer = await tell(provider, "POST", "/api/auth/register", wish);
			if (answer?.status === 201) return answer.body.bootstrap_token as string;
			if (await letsIn(provider, handle, newcomer.password)) return enter();
			if (answer !== undefined && answer.status !== 503) throw new Error(`${handle} was told ${answer.status}`);
		}
	}
	async function enter(): Promise<string> {
		const answer = await logIn(provider, handle, newcomer.password);
		if (answer.status !== 200) throw new Error(`${handle} is locked out: ${answer.status}`);
		return answer.body.bootstrap_token as string;
	}
	async function changePassword(next: string): Promise<void> {
		const key = newcomer.keys.at(-1) as Newcomer["keys"][number];
		const change = { current: newcomer.password, next };
		const answer = await bySignature(provider, newcomer, key, "PUT", "/api/me/password", change);
		const isChanged = await letsIn(provider, handle, next);
		if (answer?.status === 204 ? !isChanged : answer !== undefined && answer.status !== 503)
			throw new Error(`${handle} was told ${answer?.status}`);
		if (isChanged) newcomer.before.push(newcomer.password);
		else if (!(await letsIn(provider, handle, newcomer.password))) throw new Error(`${handle} has no password`);
		if (isChanged) newcomer.password = next;
		// The other devices end with the old password, and begin to before the new one is there.
		newcomer.keys.splice(0, newcomer.keys.length, key);
	}
	async function leave(): Promise<void> {
		const key = newcomer.keys.at(-1) as Newcomer["keys"][number];
		const answer = await bySignature(provider, newcomer, key, "DELETE", "/api/me", { password: newcomer.password });
		const isGone = !(await letsIn(provider, handle, newcomer.password));
		if (answer?.status === 204 ? !isGone : answer !== undefined && answer.status !== 503)
			throw new Error(`${handle} was told ${answer?.status}`);
		newcomer.isGone = isGone;
	}
}
