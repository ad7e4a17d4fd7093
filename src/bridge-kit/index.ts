/** Everything that a bridge may import from Causeway: types and pure functions, nothing with side effects. */
import type { ZodType } from "zod";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { BridgeHost } from "#core/ports/bridge/host.ts";
import type { BridgeCommand, CommandContext } from "./command.ts";

export { BoundedMap } from "#core/bounded-map.ts";
export { cleanName } from "#core/clean-text.ts";
export { isWithin } from "#core/clock.ts";
export { PayloadTooLarge, SetupError, Unavailable } from "#core/errors.ts";
export { escapeHtml } from "#core/escape-html.ts";
export { createGate, type Gate } from "#core/gate.ts";
export type { AccountId, BridgeName, ChannelId, MessageId } from "#core/ids.ts";
export { parseEventName, parseId } from "#core/ids.ts";
export { JsonRefused, parseRemoteJson, withCleanTexts } from "#core/json.ts";
export type { Account } from "#core/model/account.ts";
export { addressOf } from "#core/model/account.ts";
export type { Channel } from "#core/model/channel.ts";
export { ownerOf } from "#core/model/channel.ts";
export type { Group } from "#core/model/group.ts";
export { hashtagOf, hashtagsOf } from "#core/model/hashtag.ts";
export { type Content, type Message, shownAt, visibleReplies } from "#core/model/message.ts";
export type { Reach } from "#core/model/reach.ts";
export type { Bridge, BridgeState } from "#core/ports/bridge/bridge.ts";
export type {
	Addressed,
	Capabilities,
	Delivery,
	DeliveryKind,
	DeliveryResult,
	Visibility,
} from "#core/ports/bridge/delivery.ts";
export type { BridgeHost } from "#core/ports/bridge/host.ts";
export type { OpenChannel, OpenMessage } from "#core/ports/bridge/messages.ts";
export type { LinkedRoom } from "#core/ports/bridge/portals.ts";
export type {
	IgnoredReason,
	JoinTarget,
	MessageRef,
	Received,
	RemoteEvent,
	RemoteEventKind,
	RemoteMessage,
	RemotePerson,
	RemotePlace,
} from "#core/ports/bridge/remote-event.ts";
export { maxRawBytes } from "#core/ports/bridge/remote-event.ts";
export type { BridgeRequest, BridgeResponse } from "#core/ports/bridge/request.ts";
export type { HomeServer, Requester } from "#core/ports/bridge/requester.ts";
export type { Alternate, Resolvers, Subject } from "#core/ports/bridge/resolvers.ts";
export type { Slice } from "#core/ports/bridge/slice.ts";
export type { BridgeStateStore } from "#core/ports/bridge/state.ts";
export type {
	HttpClient,
	OutboundRequest,
	OutboundResponse,
	OutboundStatus,
	StreamRequest,
	StreamResponse,
} from "#core/ports/http-client.ts";
export { OutboundFailure } from "#core/ports/http-client.ts";
export type { Logger } from "#core/ports/logger.ts";
export type { Text } from "#core/ports/text.ts";

export { capabilitiesOf } from "./capabilities.ts";
export type { BridgeCommand, CommandContext, CommandCore, Terminal } from "./command.ts";
export { Usage } from "./command.ts";

/**
 * The default export of `bridges/<name>/index.ts`: the static half of a bridge. Importing it must not load the bridge's heavy
 * packages.
 */
export interface BridgeModule<Config> {
	/** The schema of the bridge's section of the configuration, its network's limits included; `config.ts` exports it too. */
	readonly configSchema: ZodType<Config>;
	/** The bridge's commands by the word that follows its name on the command line. Each is loaded when it runs. */
	readonly commands: Readonly<Record<string, () => Promise<BridgeCommand<Config>>>>;
	/**
	 * Says in lines for the operator how the bridge's network answers now, and what does not work (`causeway doctor`). Absent: there is
	 * nothing to ask.
	 */
	readonly diagnose?: (context: CommandContext<Config>) => Promise<readonly string[]>;
	/** Builds the running half. Must not use the network or the store. */
	create(config: Config, host: BridgeHost): Bridge;
}
