/** All that a bridge may import from Causeway: types, pure functions, and nothing that acts. */
import type { ZodType } from "zod";
import type { Bridge, BridgeHost } from "#core/ports/bridge.ts";

export type { Account, Profile } from "#core/accounts/account.ts";
export { addressOf, isLocal } from "#core/accounts/account.ts";
export { PayloadTooLarge, Problem, SetupError, Unavailable } from "#core/errors.ts";
export type { Channel } from "#core/groups/channel.ts";
export type { Group } from "#core/groups/group.ts";
export { tiers } from "#core/groups/tiers.ts";
export type { AccountId, BridgeName, ChannelId, GroupId, MessageId, PortalId } from "#core/ids.ts";
export { parseEventId, parseId } from "#core/ids.ts";
export type { FieldLimits } from "#core/json.ts";
export { JsonRefused, parseJson } from "#core/json.ts";
export type { Content, Message } from "#core/messages/message.ts";
export type {
	Addressed,
	Bridge,
	BridgeHost,
	BridgeRequest,
	BridgeResponse,
	BridgeState,
	BridgeStateStore,
	Capabilities,
	Delivery,
	DeliveryResult,
	JoinTarget,
	MessageRef,
	Reach,
	Received,
	RemoteEvent,
	RemotePerson,
	RemotePlace,
	Slice,
} from "#core/ports/bridge.ts";
export type { HttpClient, OutboundRequest, OutboundResponse } from "#core/ports/http-client.ts";
export { OutboundFailure } from "#core/ports/http-client.ts";
export type { Logger } from "#core/ports/logger.ts";
export type { Text } from "#core/ports/text.ts";

/**
 * The default export of `bridges/<name>/index.ts`: the static half of a bridge. `create` builds the running half; it must
 * not touch the network or the store, and must not import the bridge's heavy packages.
 */
export interface BridgeModule<Config> {
	readonly configSchema: ZodType<Config>;
	create(config: Config, host: BridgeHost): Bridge;
}
