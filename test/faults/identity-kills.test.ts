import test from "ava";
import * as client from "openid-client";
import { ask as askApi, authorize, register } from "../http/oauth/scene.ts";
import { startProvider } from "../support/provider.ts";
import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { ask, canLogIn, isAuthenticated, type Newcomer, useAccount } from "./newcomer.ts";

const kills = process.env.CAUSEWAY_LONG === "1" ? 60 : 6;
const password = "correct horse battery staple";

test(`every acknowledged account change survives ${kills} power losses, and no account is locked out`, async (t) => {
	const random = seededRandom();
	t.log(`seed ${random.seed}: CAUSEWAY_TEST_SEED=${random.seed} makes the same choices`);
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder, env: { CAUSEWAY_REGISTRATION_MODE: "open" } });
	const { origin } = provider;
	const newcomers: Newcomer[] = [];
	let isOver = false;
	let refreshes = 0;
	let logins = 0;

	async function keepSigningUp(): Promise<void> {
		while (!isOver) {
			const handle = `nova${newcomers.length}`;
			const newcomer = { handle, password: `${handle} at the weir`, before: [], keys: [], isGone: false };
			newcomers.push(newcomer);
			await useAccount(provider, random, newcomer);
		}
	}
	/** A client that keeps refreshing its tokens; the newest one must be valid. */
	async function app(): Promise<void> {
		await ask(provider, "POST", "/api/auth/register", { handle: "otto", password });
		const config = await until("the client is registered", () => register(origin).catch(() => undefined));
		while (!isOver) {
			let tokens = await until("there is a login", () => authorize(origin, config, "otto").catch(() => undefined));
			logins++;
			for (; !isOver; refreshes++) {
				const { refresh_token: refresh } = tokens;
				const next = await client.refreshTokenGrant(config, refresh as string).catch(() => undefined);
				// The refresh token may have been used without the client getting the response, so it asks its user again.
				if (next === undefined) break;
				tokens = next;
				const status = await until("the API answers", () =>
					askApi(origin, next.access_token).then(
						(answer) => answer.status,
						() => undefined,
					),
				);
				if (status !== 200) throw new Error(`A token that was just issued is answered with ${status}`);
			}
		}
	}
	const working = Promise.all([keepSigningUp(), keepSigningUp(), keepSigningUp(), app()]);
	working.catch(() => {});
	for (let i = 0; i < kills; i++) {
		await Promise.race([working, new Promise((resolve) => setTimeout(resolve, random.integer(300, 1800)))]);
		await provider.kill9();
		await provider.restart();
	}
	await until(
		"tokens were refreshed and a device was registered",
		() => refreshes > 0 && newcomers.some(({ keys }) => keys.length > 0),
	);
	isOver = true;
	await working;
	await provider.kill9();
	await provider.restart();

	for (const newcomer of newcomers) {
		const { handle, isGone, keys, before } = newcomer;
		t.is(await canLogIn(provider, handle, newcomer.password), !isGone, handle);
		for (const key of keys) t.is(await isAuthenticated(provider, newcomer, key), !isGone, handle);
		for (const old of before.slice(-1)) t.false(await canLogIn(provider, handle, old), handle);
	}
	const gone = newcomers.filter(({ isGone }) => isGone).length;
	t.log({ kills, people: newcomers.length, gone, logins, refreshes });
});
