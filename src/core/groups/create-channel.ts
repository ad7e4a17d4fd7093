import { handleKey, nextHandleKey } from "../accounts/handles.ts";
import { isReservedHandle } from "../accounts/reserved-handles.ts";
import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import { cleanName } from "../clean-text.ts";
import { InvalidRequest, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { eventOfRequest, type Idempotency, requestKeyOf } from "../events/idempotency.ts";
import type { AppendedOf } from "../events/log.ts";
import { mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel, NewChannel } from "../model/channel.ts";
import type { Group, Permissions } from "../model/group.ts";
import { type MessageType, messageTypes } from "../model/message.ts";
import type { TierId } from "../model/tier.ts";
import { channels } from "./channel.ts";
import { slugOf } from "./create-group.ts";
import { changeMembership } from "./membership-change.ts";
import { assertManages } from "./ranks.ts";
import { isTier, listTiers, rulesOf } from "./tiers.ts";

const refusal = "Only owners and admins can create channels here";

/** The fields of a new channel; the tier is `private` if absent. */
export interface ChannelFields {
	readonly name: string;
	readonly tier?: TierId;
	readonly topic?: string;
	readonly tags?: readonly string[];
	readonly allowedTypes?: readonly MessageType[];
	readonly permissions?: Partial<Permissions>;
	readonly metadata?: Channel["metadata"];
}

/**
 * Creates a channel in a group, of which its creator becomes a member. An open channel gets a handle in one namespace with those of
 * accounts, made unique; any other has none.
 *
 * @throws {PermissionDenied} `creator` is neither owner nor admin of the group
 * @throws {InvalidRequest} `/tier` is not a tier
 * @throws {Conflict} `idempotency_key_reused`
 * @throws {Unauthenticated} the account was deleted meanwhile
 */
export async function createChannel(
	context: CoreContext,
	creator: Account,
	group: Group,
	fields: ChannelFields,
	idempotency: Idempotency,
): Promise<{ channel: Channel; replayed: boolean }> {
	if (group.personal !== undefined) throw new PermissionDenied(refusal);
	await assertManages(context, { group }, creator, refusal);
	const tier = fields.tier ?? "private";
	if (!(await isTier(context, tier))) {
		const known = (await listTiers(context)).map(({ id: name }) => name);
		throw new InvalidRequest([{ field: "/tier", expected: `one of ${known.join(", ")}` }]);
	}
	const channel: NewChannel = {
		id: mintId("chn", context.clock.now()),
		group: group.id,
		stream: group.stream,
		name: cleanName(fields.name),
		type: "text",
		tier,
		kind: "room",
		topic: fields.topic ?? "",
		tags: fields.tags ?? [],
		allowedTypes: fields.allowedTypes ?? messageTypes,
		...(fields.permissions === undefined ? {} : { permissions: fields.permissions }),
		...(fields.metadata === undefined ? {} : { metadata: fields.metadata }),
	};
	const isOpen = (await rulesOf(context, tier)).read === "anyone";
	const appended = isOpen
		? await withHandle(`${group.slug}-${slugOf(fields.name)}`, ({ handle, natural }) =>
				appendChannel(context, creator, group, { channel: { ...channel, handle }, ...idempotency, natural }),
			)
		: await appendChannel(context, creator, group, { channel, ...idempotency });
	const { event, replayed } = eventOfRequest(appended, idempotency, "channel.created");
	const made = await readBack(context, event.body.channel.id);
	// If the process ends between the two events, the client's retry adds the missing membership; one that has ended stays ended.
	await changeMembership(context, made.id, creator, (now) =>
		now === undefined ? { state: "joined", role: "owner" } : undefined,
	);
	return { channel: made, replayed };
}

/** Appends the channel while its creator runs the group. @throws {PermissionDenied} @throws {Unauthenticated} */
async function appendChannel(
	context: CoreContext,
	creator: Account,
	group: Group,
	{ channel, natural, ...idempotency }: Idempotency & { readonly channel: NewChannel; readonly natural?: string },
): Promise<AppendedOf<"channel.created">> {
	for (;;) {
		const { premises } = await assertManages(context, { group }, creator, refusal);
		const appended = await context.log.append(
			{
				stream: channel.stream,
				type: "channel.created",
				actor: creator.id,
				...(natural === undefined ? {} : { natural }),
				...requestKeyOf(idempotency),
				body: {
					channel,
					...(idempotency.fingerprint === undefined ? {} : { fingerprint: idempotency.fingerprint }),
				},
			},
			{ premises: [stillThere(creator), ...premises] },
		);
		if (appended.outcome !== "moved") return appended;
		await assertStillThere(context, creator);
	}
}

/** Appends with the first handle that is free: the wanted one, or with a number behind it. */
async function withHandle(
	wanted: string,
	append: (claim: { readonly handle: string; readonly natural: string }) => Promise<AppendedOf<"channel.created">>,
): Promise<AppendedOf<"channel.created">> {
	for (let attempt = 1; ; attempt++) {
		const handle = attempt === 1 ? wanted : `${wanted}-${attempt}`;
		if (isReservedHandle(handle)) continue;
		for (let natural: string | undefined = handleKey(handle); natural !== undefined; ) {
			const appended = await append({ handle, natural });
			if (appended.outcome !== "duplicate" || appended.by !== "natural") return appended;
			natural = nextHandleKey(appended.event);
		}
	}
}

async function readBack(context: CoreContext, id: Channel["id"]): Promise<Channel> {
	const stored = await context.store.get(channels, id);
	if (stored === undefined) throw new Error(`The channel ${id} was appended but can't be read`);
	return stored.doc;
}
