import test from "ava";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Discovery {
	readonly provider: { readonly version: string; readonly publicKeys: readonly { readonly kid: string }[] };
}

test("keys are rotated beside a running server: both documents list the new keys first, then the old ones", async (t) => {
	await using provider = await startProvider({ folder: await temporaryFolder(t) });
	async function published() {
		const { provider: about } = (await (
			await fetch(`${provider.origin}/.well-known/ofscp-provider`)
		).json()) as Discovery;
		const { keys } = (await (await fetch(`${provider.origin}/.well-known/jwks.json`)).json()) as {
			keys: readonly { readonly kid: string }[];
		};
		return {
			revision: Number(about.version.split(".").at(-1)),
			own: about.publicKeys.map(({ kid }) => kid),
			tokens: keys.map(({ kid }) => kid),
		};
	}
	const before = await published();
	t.deepEqual(await published(), before, "an unchanged document keeps its version");
	t.is(before.own.length, 1);

	const fresh = (await provider.cli("keys", "rotate")).split("\n");
	const after = await published();
	t.true(after.revision > before.revision, `${before.revision} to ${after.revision}`);
	t.deepEqual([after.own.length, after.own[1]], [2, before.own[0]]);
	t.deepEqual(after.tokens.slice(2), before.tokens);
	t.deepEqual(fresh, [...after.tokens.slice(0, 2), after.own[0]]);

	await provider.kill9();
	await provider.restart();
	t.deepEqual(await published(), after);
});
