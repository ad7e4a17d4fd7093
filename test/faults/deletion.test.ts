import test from "ava";
import { accounts } from "#core/accounts/account.ts";
import { localAccount } from "#core/accounts/find-account.ts";
import { credentials, setPassword } from "#core/identity/credentials.ts";
import { accessTokens } from "#core/identity/tokens.ts";
import { openCore, readConfig } from "../../src/gateway.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const password = "a quiet harbour";

/** Opens the store of a running provider, as a command does. */
const openStoreOf = async ({ origin, dataDir }: Provider) =>
	openCore(
		await readConfig(undefined, {
			CAUSEWAY_PUBLIC_URL: origin,
			CAUSEWAY_DATA_DIR: dataDir,
			CAUSEWAY_LOG_LEVEL: "silent",
		}),
	);

test("an account whose deletion is interrupted by a crash is deleted after the next start, with all its messages", async (t) => {
	await using provider = await startProvider({ folder: await temporaryFolder(t), failPoints: true });
	for (const hit of [1, 2, 3, 5, 8]) {
		const handle = `jane${hit}`;
		const jane = await provider.person(handle);
		const { id, timeline } = await jane.call("GET", "/api/me");
		const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
		for (let i = 0; i < 6; i++) await jane.call("POST", messages, { type: "memo", content: { text: `memo ${i}` } });
		{
			await using opened = await openStoreOf(provider);
			await setPassword(opened.context, id, password);
		}
		await provider.arm("store:after-commit", hit);
		const answer = jane.answer("DELETE", "/api/me", { password }).catch(() => undefined);
		let end: unknown;
		void provider.ended.then((how) => {
			end = how;
		});
		t.is(await until(`an end at commit ${hit}`, () => end as string | undefined), "SIGKILL");
		await answer;
		await provider.restart();

		// A client that got no answer repeats the request.
		t.true([204, 401].includes((await jane.answer("DELETE", "/api/me", { password })).status));
		const readAnonymously = async () =>
			(await (await fetch(`${provider.origin}${messages}`)).json()) as { items: { deletedAt?: string }[] };
		await until("every memo is a tombstone", async () =>
			(await readAnonymously()).items.every(({ deletedAt }) => deletedAt),
		);
		t.is((await readAnonymously()).items.length, 6);
		await using opened = await openStoreOf(provider);
		const { store } = opened.context;
		t.is(await localAccount(opened.context, handle), undefined);
		t.truthy((await store.get(accounts, id))?.doc.deletedAt);
		await until("the credentials and tokens are deleted", async () => {
			const tokens = await store.page(accessTokens, { index: "account", prefix: [id], order: "asc", limit: 1 });
			return tokens.length === 0 && (await store.get(credentials, id)) === undefined;
		});
	}
});
