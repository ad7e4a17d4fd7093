import { handleKey } from "../accounts/handles.ts";
import { isReservedHandle } from "../accounts/reserved-handles.ts";
import { cleanName } from "../clean-text.ts";
import { InvalidRequest, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { eventOfRequest, type Idempotency } from "../events/idempotency.ts";
import { mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import type { Group, Permissions } from "../model/group.ts";
import { type MessageType, messageTypes } from "../model/message.ts";
import type { TierId } from "../model/tier.ts";
import { channels } from "./channel.ts";
import { slugOf } from "./create-group.ts";
import { changeMembership } from "./membership-change.ts";
import { roleIn } from "./place.ts";
import { isTier, listTiers } from "./tiers.ts";

/** The fields of a new channel; the tier is `private` if absent. */
export interface ChannelFields {
	readonly name: string;
	readonly tier?: TierId;
	readonly topic?: string;
	readonly tags?: readonly string[];
	readonly allowedTypes?: readonly MessageType[];
	readonly permissions?: Partial<Permissions>;
}

/**
 * Creates a channel in a group, of which its creator becomes a member. The handle of the channel is in one namespace with those of
 * accounts, and is made unique.
 *
 * @throws {PermissionDenied} `creator` is neither owner nor admin of the group
 * @throws {InvalidRequest} `/tier` is not a tier
 * @throws {Conflict} `idempotency_key_reused`
 */
export async function createChannel(
	context: CoreContext,
	creator: Account,
	group: Group,
	fields: ChannelFields,
	idempotency: Idempotency,
): Promise<{ channel: Channel; replayed: boolean }> {
	const role = await roleIn(context, group, undefined, creator);
	if (group.personal !== undefined || (role !== "owner" && role !== "admin"))
		throw new PermissionDenied("Only owners and admins can create channels here");
	const tier = fields.tier ?? "private";
	if (!(await isTier(context, tier))) {
		const known = (await listTiers(context)).map(({ id: name }) => name);
		throw new InvalidRequest([{ field: "/tier", expected: `one of ${known.join(", ")}` }]);
	}
	const id = mintId("chn", context.clock.now());
	const wanted = `${group.slug}-${slugOf(fields.name)}`;
	for (let attempt = 1; ; attempt++) {
		const handle = attempt === 1 ? wanted : `${wanted}-${attempt}`;
		if (isReservedHandle(handle)) continue;
		const appended = await context.log.append({
			stream: group.stream,
			type: "channel.created",
			actor: creator.id,
			natural: handleKey(handle),
			...(idempotency.request === undefined ? {} : { request: idempotency.request }),
			body: {
				channel: {
					id,
					group: group.id,
					stream: group.stream,
					name: cleanName(fields.name),
					handle,
					type: "text",
					tier,
					kind: "room",
					topic: fields.topic ?? "",
					tags: fields.tags ?? [],
					allowedTypes: fields.allowedTypes ?? messageTypes,
					...(fields.permissions === undefined ? {} : { permissions: fields.permissions }),
				},
				...(idempotency.fingerprint === undefined ? {} : { fingerprint: idempotency.fingerprint }),
			},
		});
		if (appended.outcome === "duplicate" && appended.by === "natural") continue;
		const { event, replayed } = eventOfRequest(appended, idempotency, "channel.created");
		const channel = await readBack(context, event.body.channel.id);
		// If the process ends between the two events, the client's retry adds the missing membership.
		await changeMembership(context, channel.id, creator, () => ({ state: "joined", role: "owner" }));
		return { channel, replayed };
	}
}

async function readBack(context: CoreContext, id: Channel["id"]): Promise<Channel> {
	const stored = await context.store.get(channels, id);
	if (stored === undefined) throw new Error(`The channel ${id} was appended but can't be read`);
	return stored.doc;
}
