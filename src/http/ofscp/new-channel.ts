import { z } from "zod";
import { InvalidRequest } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { ChannelFields } from "#core/groups/create-channel.ts";
import { messageTypes } from "#core/model/message.ts";
import { withoutUndefined } from "../base/absent.ts";
import { ignoring } from "../base/ignored.ts";
import { name, permissions } from "./group-schemas.ts";
import { metadataList, placeMetadata } from "./metadata.ts";

const tier = z.string().min(1).max(100).meta({ description: "One of those that `/api/tiers` lists." });

/** A new channel as a client sends it (OFSCP §5.2). */
export const newChannel = z.strictObject({
	/** If absent, the last part of `id`, as in the seed's example. */
	name: name.optional(),
	id: z.string().max(200).optional(),
	type: z.literal("text", "text: calls are not offered yet").optional(),
	/** As `tier`. */
	discoverability: tier.optional(),
	tier: tier.optional(),
	topic: z.string().max(1000).optional(),
	tags: z.array(z.string().min(1).max(100)).max(50).optional(),
	allowedTypes: z.array(z.enum(messageTypes)).min(1).optional(),
	permissions: permissions.optional(),
	...ignoring("groupId", "handle", "url", "createdAt", "updatedAt"),
	metadata: metadataList,
});

/**
 * The fields of a new channel.
 *
 * @throws {InvalidRequest} there is no name; the two names of the tier contradict each other; metadata that does not match its schema
 */
export function channelFieldsOf({ origin }: CoreContext, body: z.output<typeof newChannel>): ChannelFields {
	const { discoverability, tier: wanted = discoverability, topic, tags, allowedTypes } = body;
	if (discoverability !== undefined && discoverability !== wanted)
		throw new InvalidRequest([{ field: "/discoverability", expected: "the same tier as in /tier" }]);
	const permitted = body.permissions && withoutUndefined(body.permissions);
	const metadata = placeMetadata(origin, body.metadata);
	return {
		name: body.name ?? nameIn(body.id),
		...withoutUndefined({ tier: wanted, topic, tags, allowedTypes, permissions: permitted, metadata }),
	};
}

/** The last part of an id: `chn_general` → `general`. @throws {InvalidRequest} */
function nameIn(id = ""): string {
	const parsed = name.safeParse(id.slice(id.lastIndexOf("_") + 1));
	if (parsed.success) return parsed.data;
	throw new InvalidRequest([{ field: "/name", expected: "a name" }]);
}
