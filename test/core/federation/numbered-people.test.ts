import test from "ava";
import { accountById } from "#core/accounts/find-account.ts";
import { migrate } from "#core/catalogue/migrations.ts";
import { type AskingParts, askNumberedPeople, numberedPeople } from "#core/federation/numbered-people.ts";
import { PeerUnavailable } from "#core/federation/peers.ts";
import { type RemoteUser, remoteUsers } from "#core/federation/remote-users.ts";
import { addressOf } from "#core/model/account.ts";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { assertMerged, byFedi, pairs } from "./numbered-pairs.ts";

const going = new AbortController().signal;
const hour = 3_600_000;

/** The homes of b.test, which know bob, and bob_2 in the fediverse only. */
function homes({ shadows }: Pick<AskingParts, "shadows">) {
	const asked: string[] = [];
	const state = { isDown: false };
	const parts: AskingParts = {
		shadows,
		users: {
			async of(handle, home) {
				asked.push(`${handle}@${home}`);
				if (state.isDown) throw new PeerUnavailable("down");
				const id = handle === "bob" ? "usr_bob" : `${handle}@${home}`;
				return { id, handle, home, updatedAt: 1, fetchedAt: 1, expiresAt: 9e15 } satisfies RemoteUser;
			},
			changed: async () => {},
		},
		async fetchPerson(bridge, id) {
			asked.push(`${bridge} ${id}`);
			if (state.isDown) throw new OutboundFailure("timeout", "down");
			return id === byFedi("bob_2").id ? byFedi("bob_2") : undefined;
		},
	};
	return { asked, state, parts };
}

test("people of an earlier version who have a number are asked for in the background, and become one account each", async (t) => {
	const scene = await pairs(t);
	const { context } = scene.core;
	await context.store.delete(remoteUsers, "bob@b.test");
	await migrate(context, going);
	const { asked, state, parts } = homes(scene.core);
	state.isDown = true;
	await askNumberedPeople(context, parts, going);
	t.true(asked.length > 0);
	asked.length = 0;
	await askNumberedPeople(context, parts, going);
	t.deepEqual(asked, [], "not again at once");
	state.isDown = false;
	scene.core.clock.time += 2 * hour;
	await askNumberedPeople(context, parts, going);
	await assertMerged(t, scene);
	t.is(addressOf((await accountById(context, scene.real.id)) as typeof scene.real), "bob_2@b.test");
	const rows = await context.store.page(numberedPeople, { order: "asc", limit: 10 });
	t.deepEqual(rows, [], "nothing is left to ask");
});

test("a home that never answers is asked a few times about a person, in longer and longer pauses", async (t) => {
	const scene = await pairs(t);
	const { context } = scene.core;
	await context.store.delete(remoteUsers, "bob@b.test");
	await migrate(context, going);
	const { asked, state, parts } = homes(scene.core);
	state.isDown = true;
	const rounds: number[] = [];
	for (let n = 0; n < 400; n++) {
		const before = asked.length;
		await askNumberedPeople(context, parts, going);
		if (asked.length > before) rounds.push(n);
		scene.core.clock.time += hour;
	}
	t.deepEqual(rounds, [0, 1, 3, 7, 15, 31, 63, 127]);
	t.deepEqual(await context.store.page(numberedPeople, { order: "asc", limit: 10 }), []);
});
