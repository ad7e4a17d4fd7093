import test, { type ExecutionContext } from "ava";
import { joinGroup } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { Problem } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { EventType } from "#core/events/event.ts";
import { addToChannel, removeFromChannel } from "#core/groups/channel-people.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { removeFromGroup, setGroupRole } from "#core/groups/group-people.ts";
import { answerRequest, requestId } from "#core/groups/join-requests.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { acceptGroup, offerGroup } from "#core/groups/ownership.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { postMessage } from "#core/messages/post-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import { react } from "#core/reactions/react.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

interface Scene {
	readonly core: Core;
	readonly owner: Account;
	/** The admin whose standing ends while the write is on its way. */
	readonly actor: Account;
	readonly member: Account;
	readonly applicant: Account;
	readonly open: ReadablePlace;
	/** A private channel with the owner, the actor and the member. */
	readonly closed: ReadablePlace;
	readonly message: Message;
	readonly secret: Message;
}

const rooms = createFakeBridge("rooms");
const reach = { bridge: rooms.name, lane: "rooms:!r", target: "!r" } as const;

async function sceneOf(t: ExecutionContext): Promise<Scene> {
	const core = await openCore(t, [rooms]);
	const { context } = core;
	const [owner, actor, member, applicant] = (await Promise.all(
		["olga", "ann", "max", "pia"].map(core.person),
	)) as unknown as [Account, Account, Account, Account];
	const open = await core.channel(owner, "public");
	const { group } = open;
	await joinGroup(context, group, actor);
	await joinGroup(context, group, member);
	await setGroupRole(context, group, owner, actor, "admin");
	await changeMembership(context, group.id, applicant, () => ({ state: "requested" }));
	const { channel } = await createChannel(context, owner, group, { name: "Staff" }, {});
	const closed = (await readableById(context, channel.id, owner)) as ReadablePlace;
	await addToChannel(context, closed, owner, actor);
	await addToChannel(context, closed, owner, member);
	const message = await core.post(member, open, "hello");
	const secret = await core.post(member, closed, "between us");
	return { core, owner, actor, member, applicant, open, closed, message, secret };
}

type Write = readonly [EventType, (context: CoreContext, scene: Scene) => Promise<unknown>];

/** What only an admin may do. */
const asAdmin: Readonly<Record<string, Write>> = {
	"a channel is made": [
		"channel.created",
		(context, { actor, open }) => createChannel(context, actor, open.group, { name: "Mine", tier: "public" }, {}),
	],
	"a private channel is made": [
		"channel.created",
		(context, { actor, open }) => createChannel(context, actor, open.group, { name: "Mine" }, {}),
	],
	"a role is set": [
		"member.joined",
		(context, { actor, open, member }) => setGroupRole(context, open.group, actor, member, "guest"),
	],
	"a member is removed": [
		"member.left",
		(context, { actor, open, member }) => removeFromGroup(context, open.group, actor, member),
	],
	"a member is added to a channel": [
		"member.joined",
		(context, { actor, open, member }) => addToChannel(context, open, actor, member),
	],
	"a member is removed from a channel": [
		"member.left",
		(context, { actor, closed, member }) => removeFromChannel(context, closed, actor, member),
	],
	"a request is accepted": [
		"member.joined",
		(context, { actor, open, applicant }) =>
			answerRequest(context, open.group, actor, {
				id: requestId({ place: open.group.id, account: applicant.id }),
				accepted: true,
			}),
	],
	"a request is denied": [
		"member.denied",
		(context, { actor, open, applicant }) =>
			answerRequest(context, open.group, actor, {
				id: requestId({ place: open.group.id, account: applicant.id }),
				accepted: false,
			}),
	],
	"a member's message is deleted": [
		"message.deleted",
		(context, { actor, open, message }) => deleteMessage(context, actor, open, message),
	],
	"a room is linked": [
		"portal.linked",
		(context, { actor, open }) => linkPortal(context, actor, open, { bridge: rooms.name, reach, consented: false }),
	],
};

/** What only a member may do, in a channel that members read. */
const asMember: Readonly<Record<string, Write>> = {
	"a message is posted": [
		"message.posted",
		(context, { actor, closed }) =>
			postMessage(context, actor, closed, { type: "memo", content: { text: "late", mime: "text/plain" } }, {}),
	],
	"a reply is posted": [
		"message.posted",
		(context, { actor, closed, secret }) =>
			postMessage(
				context,
				actor,
				closed,
				{ type: "memo", content: { text: "late", mime: "text/plain" }, replyTo: secret.id },
				{},
			),
	],
	"a reaction is added": [
		"reaction.added",
		(context, { actor, closed, secret }) => react(context, actor, closed, secret, { key: "👍" }),
	],
};

const demoted = ({ core, owner, actor, open }: Scene) => setGroupRole(core.context, open.group, owner, actor, "guest");
const ends: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
	"is removed": ({ core, owner, actor, open }) => removeFromGroup(core.context, open.group, owner, actor),
	leaves: ({ core, actor, open }) => leave(core.context, { group: open.group }, actor),
};
const outOfChannel = ({ core, owner, actor, closed }: Scene) => removeFromChannel(core.context, closed, owner, actor);

/** The core, where something happens just before the first event of a type is appended: after it was decided, before it is committed. */
function interrupted({ log, ...context }: CoreContext, type: EventType, happens: () => Promise<unknown>): CoreContext {
	let isPending = true;
	return {
		...context,
		log: {
			async append(draft, options) {
				if (isPending && draft.type === type) {
					isPending = false;
					await happens();
				}
				return log.append(draft, options);
			},
		},
	};
}

async function refusedAfter(t: ExecutionContext, [type, write]: Write, end: (scene: Scene) => Promise<unknown>) {
	const scene = await sceneOf(t);
	const { context } = scene.core;
	let happened = 0;
	const during = interrupted(context, type, async () => {
		await end(scene);
		happened++;
	});
	const error = await t.throwsAsync(write(during, scene));
	t.true(error instanceof Problem && ["permission_denied", "not_found"].includes(error.errorCode), String(error));
	t.is(happened, 1);
	const streams = [scene.open.group.id, scene.open.channel.id, scene.closed.channel.id];
	const events = await Promise.all(streams.map((stream) => context.store.events(stream, 0, 1000)));
	const made = events.flat().filter(({ actor, type: is }) => actor === scene.actor.id && is === type);
	t.deepEqual(
		made.filter(({ body }) => !JSON.stringify(body).includes(`"account":"${scene.actor.id}"`)),
		[],
		"nothing of it is stored",
	);
}

for (const [name, write] of Object.entries(asAdmin))
	test(`unless its maker is still an admin at the commit, nothing is stored when ${name}`, async (t) => {
		await refusedAfter(t, write, demoted);
		for (const end of Object.values(ends)) await refusedAfter(t, write, end);
	});

for (const [name, write] of Object.entries(asMember))
	test(`unless its author is still a member at the commit, nothing is stored when ${name}`, async (t) => {
		for (const end of [outOfChannel, ...Object.values(ends)]) await refusedAfter(t, write, end);
	});

test("a room stays linked if the admin who unlinks it is removed before the commit", async (t) => {
	const scene = await sceneOf(t);
	const { core, owner, actor, open } = scene;
	const portal = await linkPortal(core.context, owner, open, { bridge: rooms.name, reach, consented: true });
	const during = interrupted(core.context, "portal.unlinked", () => demoted(scene));
	await t.throwsAsync(unlinkPortal(during, actor, portal.id, open), { message: /Only owners and admins/ });
});

test("a write goes on if what happens meanwhile leaves its maker in place, also when the group gets another owner", async (t) => {
	const scene = await sceneOf(t);
	const { core, owner, actor, member, open, closed } = scene;
	const handOver = async () => {
		await offerGroup(core.context, open.group, owner, member);
		await acceptGroup(core.context, open.group, member);
	};
	const during = interrupted(core.context, "channel.created", handOver);
	const { channel } = await createChannel(during, actor, open.group, { name: "Mine" }, {});
	t.is(channel.name, "Mine");
	const { group } = (await readableById(core.context, open.channel.id, member)) as ReadablePlace;
	const promoted = interrupted(core.context, "message.posted", () =>
		setGroupRole(core.context, group, member, owner, "member"),
	);
	const fields = { type: "memo", content: { text: "still here", mime: "text/plain" } } as const;
	t.is((await postMessage(promoted, owner, closed, fields, {})).message.content.text, "still here");
});
