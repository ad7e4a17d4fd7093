import test from "ava";
import { joinGroup } from "#core/access/join-channel.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import type { CoreContext } from "#core/events/context.ts";
import { createShadows } from "#core/federation/shadows.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { addToChannel } from "#core/groups/channel-people.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { ensureFollowersChannel } from "#core/groups/followers-channel.ts";
import { groups } from "#core/groups/group.ts";
import { setGroupRole } from "#core/groups/group-people.ts";
import { acceptGroup, giveGroup, offerGroup, replaceOwner } from "#core/groups/ownership.ts";
import type { Account } from "#core/model/account.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const fedi = createFakeBridge("fedi");

/** An owner with a group, a member and two admins of it, who may be deleted while they do something. */
async function sceneOf(core: Core) {
	const people = ["olga", "mia", "ann", "bea"].map((handle) => core.person(handle));
	const [owner, member, first, second] = (await Promise.all(people)) as [Account, Account, Account, Account];
	const place = await core.channel(owner, "public");
	const { group } = place;
	for (const account of [member, first, second]) {
		await joinGroup(core.context, group, account);
		core.clock.time += 1000;
	}
	for (const admin of [first, second]) {
		await setGroupRole(core.context, group, owner, admin, "admin");
		core.clock.time += 1000;
	}
	const remote = await core.shadows.of(fedi.name, fedi.person("remi"));
	return { core, place, group, owner, member, first, second, remote };
}
type Scene = Awaited<ReturnType<typeof sceneOf>>;
type Person = "owner" | "member" | "first" | "second" | "remote";

/** A write that presumes an account, and how it ends when that account is deleted just before the write is stored. */
interface Write {
	readonly of: Person;
	readonly before?: (scene: Scene) => Promise<unknown>;
	readonly run: (context: CoreContext, scene: Scene) => Promise<unknown>;
	/** The name of the problem; the write is left out without one if absent. */
	readonly fails?: "Unauthenticated" | "InvalidRequest";
}

const writes: Readonly<Record<string, Write>> = {
	"a new group": {
		of: "member",
		run: (context, { member }) => createGroup(context, member, { name: "Late" }, {}),
		fails: "Unauthenticated",
	},
	"a repeatable new group": {
		of: "member",
		run: (context, { member }) => createGroup(context, member, { name: "Late" }, { request: "r", fingerprint: "f" }),
		fails: "Unauthenticated",
	},
	"a new channel": {
		of: "first",
		run: (context, { first, group }) => createChannel(context, first, group, { name: "late" }, {}),
		fails: "Unauthenticated",
	},
	"a new channel with a handle": {
		of: "owner",
		run: (context, { owner, group }) => createChannel(context, owner, group, { name: "late", tier: "public" }, {}),
		fails: "Unauthenticated",
	},
	"the offer of a group by its owner": {
		of: "owner",
		run: (context, { owner, group, member }) => offerGroup(context, group, owner, member),
		fails: "Unauthenticated",
	},
	"the offer of a group to a member": {
		of: "member",
		run: (context, { owner, group, member }) => offerGroup(context, group, owner, member),
		fails: "InvalidRequest",
	},
	"the acceptance of a group": {
		of: "member",
		before: ({ core, owner, group, member }) => offerGroup(core.context, group, owner, member),
		run: (context, { group, member }) => acceptGroup(context, group, member),
		fails: "Unauthenticated",
	},
	"the gift of a group": {
		of: "member",
		run: (context, { group, member }) => giveGroup(context, group, member),
		fails: "InvalidRequest",
	},
	"the link of a room": {
		of: "owner",
		run: (context, { owner, place }) => {
			const reach = { bridge: fedi.name, target: "!room", lane: "fedi:!room" };
			return linkPortal(context, owner, place, { bridge: fedi.name, reach, consented: false });
		},
		fails: "Unauthenticated",
	},
	"the addition of a member to a channel by an admin": {
		of: "owner",
		run: (context, { owner, member, place }) => addToChannel(context, place, owner, member),
		fails: "Unauthenticated",
	},
	"the addition of a member to a channel": {
		of: "member",
		run: (context, { owner, member, place }) => addToChannel(context, place, owner, member),
		fails: "Unauthenticated",
	},
	"a role that an owner gives": {
		of: "owner",
		run: (context, { owner, member, group }) => setGroupRole(context, group, owner, member, "admin"),
		fails: "Unauthenticated",
	},
	"a change of a profile": {
		of: "member",
		run: (context, { member }) => changeProfile(context, member, { bio: "late" }),
	},
	"a remote change of a profile": {
		of: "remote",
		run: async (context) => {
			const remi = fedi.person("remi");
			return createShadows(context).of(fedi.name, { ...remi, profile: { displayName: "late" } });
		},
	},
	"a channel for followers": {
		of: "member",
		run: (context, { member }) => {
			const { followers: _, ...older } = member;
			return ensureFollowersChannel(context, older);
		},
	},
};

const deletionOf = (core: Core, account: Account): Promise<unknown> =>
	account.origin === undefined
		? appendAccountDeletion(core.context, account)
		: core.context.log.append({
				stream: account.id,
				type: "account.deleted",
				actor: account.id,
				natural: `deleted:${account.id}`,
				body: { account: account.id },
			});

/** A context in which an account is deleted when everything has been decided, just before the first event is stored. */
function deletingFirst(core: Core, account: Account) {
	const outcomes: string[] = [];
	const { log } = core.context;
	const context: CoreContext = {
		...core.context,
		log: {
			async append(draft, options) {
				if (outcomes.length === 0) await deletionOf(core, account);
				const appended = await log.append(draft, options);
				outcomes.push(appended.outcome);
				return appended;
			},
		},
	};
	return { context, outcomes };
}

for (const [name, { of, before, run, fails }] of Object.entries(writes))
	test(`${name} is not stored once the account that it presumes is deleted`, async (t) => {
		const core = await openCore(t, [fedi]);
		const scene = await sceneOf(core);
		await before?.(scene);
		const { context, outcomes } = deletingFirst(core, scene[of]);
		const running = run(context, scene);
		if (fails === undefined) await running;
		else await t.throwsAsync(running, { name: fails });
		t.deepEqual(outcomes, ["moved"]);
		await core.settled();
		const gone = await accountById(core.context, scene[of].id);
		t.is(gone?.profile.displayName, "");
		const owned = await core.context.store.page(groups, {
			index: "owner",
			prefix: [scene[of].id],
			order: "asc",
			limit: 9,
		});
		t.deepEqual(
			owned.filter(({ doc }) => doc.personal === undefined && doc.archived !== true),
			[],
		);
	});

test("the heir of a group who is deleted just before inheriting it is passed over for the next", async (t) => {
	const core = await openCore(t, [fedi]);
	const { group, owner, first, second } = await sceneOf(core);
	await core.lanes.stop();
	await deletionOf(core, owner);
	const { context, outcomes } = deletingFirst(core, first);
	t.is((await replaceOwner(context, group, owner)).owner, second.id);
	t.deepEqual(outcomes, ["moved", "appended"]);
});

test("the operator can link a channel whose group belongs to a deleted account", async (t) => {
	const core = await openCore(t, [fedi]);
	const { owner, place } = await sceneOf(core);
	await deletionOf(core, owner);
	const reach = { bridge: fedi.name, target: "!room", lane: "fedi:!room" };
	const link = await linkPortal(core.context, owner, place, { bridge: fedi.name, reach, consented: true });
	t.is(link.channel, place.channel.id);
});
