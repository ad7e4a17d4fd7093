import { type DeviceKeyPair, newKeyPair, signedHeaders } from "../support/device.ts";
import type { Provider } from "../support/provider.ts";
import type { Random } from "../support/random.ts";
import { until } from "../support/wait.ts";

export interface Answer {
	readonly status: number;
	readonly body: Record<string, string>;
}

/** A new account that registers devices, changes its password and may be deleted; it records what was acknowledged. */
export interface Newcomer {
	readonly handle: string;
	password: string;
	/** Earlier passwords. */
	readonly before: string[];
	/** The device keys whose registration was acknowledged. */
	readonly keys: { readonly id: string; readonly pair: DeviceKeyPair }[];
	isGone: boolean;
}

/** Sends a request; `undefined`: there was no response, so it may have been processed or not. */
export async function send(
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

/** Repeats a request without side effects until there is a response. */
export const ask = (...request: Parameters<typeof send>): Promise<Answer> =>
	until("there is an answer", async () => {
		const answer = await send(...request);
		return answer?.status === 503 ? undefined : answer;
	});

/** Whether a password is accepted at log-in. */
export const canLogIn = async (provider: Provider, handle: string, password: string): Promise<boolean> =>
	(await logIn(provider, handle, password)).status === 200;

const logIn = (provider: Provider, handle: string, password: string): Promise<Answer> =>
	until("there is an answer to a log-in", async () => {
		const answer = await send(provider, "POST", "/api/auth/login", { handle, password });
		return answer?.status === 503 ? undefined : answer;
	});

/** Sends a request signed by one of the account's devices. */
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
	return send(provider, method, target, body, signedHeaders(signing));
};

/** Whether a request signed by the device is authenticated; each request has a new nonce. */
export const isAuthenticated = (
	provider: Provider,
	newcomer: Newcomer,
	key: Newcomer["keys"][number],
): Promise<boolean> =>
	until("there is an answer to a device", async () => {
		const answer = await bySignature(provider, newcomer, key, "GET", "/api/me");
		return answer === undefined || answer.status === 503 ? undefined : ([answer.status === 200] as const);
	}).then(([isAccepted]) => isAccepted);

/**
 * Uses one account while the provider is killed. After a request without a response, it checks that the change was made
 * completely or not at all.
 *
 * @throws {Error} the account is locked out, or an acknowledged change is missing
 */
export async function useAccount(provider: Provider, random: Random, newcomer: Newcomer): Promise<void> {
	const { handle } = newcomer;
	let token = await signUp();
	for (const _device of [1, 2]) {
		const pair = newKeyPair();
		for (;;) {
			const bearer = { authorization: `Bearer ${token}` };
			const made = await send(provider, "POST", "/api/auth/device-keys", { public_key: pair.publicKey }, bearer);
			if (made?.status === 201 || made?.status === 200) {
				newcomer.keys.push({ id: made.body.key_id as string, pair });
				break;
			}
			token = await logInAgain();
		}
		token = await logInAgain();
	}
	for (let i = random.integer(0, 2); i > 0; i--) await changePassword(`${handle} by the river ${i}`);
	if (random.integer(1, 3) === 1) await leave();

	async function signUp(): Promise<string> {
		for (let i = 0; ; i++) {
			// An interrupted sign-up reserves its mail address for a minute, so the next attempt uses another one.
			const wish = { handle, password: newcomer.password, email: `${handle}.${i}@mail.example` };
			const answer = await send(provider, "POST", "/api/auth/register", wish);
			if (answer?.status === 201) return answer.body.bootstrap_token as string;
			if (await canLogIn(provider, handle, newcomer.password)) return logInAgain();
			if (answer !== undefined && answer.status !== 503) throw new Error(`${handle} got ${answer.status}`);
		}
	}
	async function logInAgain(): Promise<string> {
		const answer = await logIn(provider, handle, newcomer.password);
		if (answer.status !== 200) throw new Error(`${handle} is locked out: ${answer.status}`);
		return answer.body.bootstrap_token as string;
	}
	async function changePassword(next: string): Promise<void> {
		const key = newcomer.keys.at(-1) as Newcomer["keys"][number];
		const change = { current: newcomer.password, next };
		const answer = await bySignature(provider, newcomer, key, "PUT", "/api/me/password", change);
		const isChanged = await canLogIn(provider, handle, next);
		if (answer?.status === 204 ? !isChanged : answer !== undefined && answer.status !== 503)
			throw new Error(`${handle} got ${answer?.status}`);
		if (isChanged) newcomer.before.push(newcomer.password);
		else if (!(await canLogIn(provider, handle, newcomer.password))) throw new Error(`${handle} has no password`);
		if (isChanged) newcomer.password = next;
		// The other devices are revoked with the old password, starting before the new one is stored.
		newcomer.keys.splice(0, newcomer.keys.length, key);
	}
	async function leave(): Promise<void> {
		const key = newcomer.keys.at(-1) as Newcomer["keys"][number];
		const answer = await bySignature(provider, newcomer, key, "DELETE", "/api/me", { password: newcomer.password });
		const isGone = !(await canLogIn(provider, handle, newcomer.password));
		if (answer?.status === 204 ? !isGone : answer !== undefined && answer.status !== 503)
			throw new Error(`${handle} got ${answer?.status}`);
		newcomer.isGone = isGone;
	}
}
