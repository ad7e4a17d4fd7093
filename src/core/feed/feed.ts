import { circleBy, circleOf } from "../access/circle.ts";
import { readableById } from "../access/readable-place.ts";
import { BoundedMap } from "../bounded-map.ts";
import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Place } from "../groups/place.ts";
import type { Principal } from "../identity/principal.ts";
import { revokedAccountOf } from "../identity/revocation.ts";
import type { AccountId, ChannelId } from "../ids.ts";
import { parseId } from "../ids.ts";
import type { Bus } from "../ports/bus.ts";
import type { LogEvent } from "../ports/store.ts";
import { createAccessCheck, type PrincipalOf } from "./feed-access.ts";
import { readToken, sweepBaselines } from "./feed-baselines.ts";
import { createFanOut } from "./feed-fan-out.ts";
import { type FollowSet, followSetOf, seqBefore } from "./feed-follows.ts";
import { type FeedItem, itemOf } from "./feed-items.ts";
import { FeedReader } from "./feed-reader.ts";
import { followChangeOf } from "./follow-changes.ts";
import type { EventWithCircle, LiveEvent } from "./live-event.ts";
import { ownerOfEvent } from "./own-events.ts";

/** The request for a stream of live events. */
export interface FeedRequest {
	/** If undefined, all places that the account follows, and the channels of its groups. */
	readonly channels?: readonly string[];
	/** The resume token of an earlier stream. */
	readonly resume?: string;
}

/** Live events (design §3.3): streams that read the log. */
export interface Feed {
	/**
	 * Prepares a stream that starts exactly after `resume` if that is valid, otherwise now. Nothing is written before `run`.
	 *
	 * @throws {NotFound} the account may not read one of the channels
	 */
	open(principal: Principal, request: FeedRequest): Promise<FeedReader>;
	/** Sends an event that is not stored to the readers of a channel, except to `from`. */
	signal(place: Place, event: LiveEvent, from: AccountId): Promise<void>;
	close(): void;
}

/** The dependencies of the feed. */
export interface FeedParts {
	readonly context: Pick<CoreContext, "store" | "clock" | "logger" | "epochs">;
	readonly bus: Bus;
	readonly principalOf: PrincipalOf;
	/** Renders an item in the wire format. */
	readonly render: (item: FeedItem) => Promise<LiveEvent>;
	/** Renders what an account's own streams are told. */
	readonly renderOwn: (event: LogEvent) => Promise<LiveEvent>;
	/** Called when the last stream of an account has closed. */
	readonly onDisconnect?: (account: AccountId) => void;
}

const sweepEveryMs = 3_600_000;

/** The live events of this process, which follow the bus. */
export function createFeed({ context, bus, principalOf, render, renderOwn, onDisconnect }: FeedParts): Feed {
	const checkAccess = createAccessCheck(context, principalOf);
	/** Keyed by event and state of its message, so that an erased text can't stay in this cache. */
	const written = new BoundedMap<string, Promise<LiveEvent>>(2000);
	const readers = new Set<FeedReader>();
	/** How many readers each account has. */
	const counts = new Map<AccountId, number>();

	async function liveEventOf(event: LogEvent): Promise<EventWithCircle | undefined> {
		const item = await itemOf(context, event);
		if (item === undefined) return undefined;
		const key = `${event.id}@${item.message.changed}`;
		const rendered = written.get(key) ?? render(item);
		written.set(key, rendered);
		rendered.catch(() => written.delete(key));
		return { circle: circleBy(item.place.rules, item.place, item.message), event: await rendered };
	}

	/** Updates the readers whose follows or credentials an event changes. */
	function updateReaders(event: LogEvent): void {
		const owner = ownerOfEvent(event);
		if (owner !== undefined)
			void tell(owner, event).catch((error: unknown) =>
				context.logger.warn({ err: error }, "An account's streams could not be told of an event"),
			);
		const change = followChangeOf(event);
		if (change === undefined) return;
		if (change.kind === "ended") return recheck(change.account);
		for (const reader of readers)
			if (change.kind === "group" ? reader.isIn(change.group) : reader.principal.account.id === change.account)
				reader.refresh({ narrows: change.kind === "account" && change.narrows });
	}

	async function tell(account: AccountId, event: LogEvent): Promise<void> {
		const own = [...readers].filter((reader) => reader.principal.account.id === account);
		if (own.length === 0) return;
		const rendered = await renderOwn(event);
		for (const reader of own)
			if ((await principalOf(reader.principal.credential)) !== undefined) reader.signal(rendered);
	}

	/** Ends the streams of an account whose credential is no longer valid. */
	function recheck(account: AccountId): void {
		for (const reader of readers)
			if (reader.principal.account.id === account) void reader.check().catch(() => reader.cut());
	}

	function onClose(closed: FeedReader): void {
		readers.delete(closed);
		const { id } = closed.principal.account;
		const left = (counts.get(id) ?? 1) - 1;
		if (left > 0) return void counts.set(id, left);
		counts.delete(id);
		onDisconnect?.(id);
	}

	const fanOut = createFanOut(context, { checkAccess, liveEventOf, onEvent: updateReaders });
	const scan = createScan(context, updateReaders);
	const unsubscribe = bus.subscribe((stream, seq) => {
		const revoked = revokedAccountOf(stream);
		if (revoked !== undefined) return recheck(revoked);
		if (!fanOut.advance(stream, seq) && readers.size > 0) scan(stream, seq);
	});
	const sweep = (): void =>
		void sweepBaselines(context).catch((error: unknown) =>
			context.logger.warn({ err: error }, "Expired baselines could not be deleted"),
		);
	const sweeper = setInterval(sweep, sweepEveryMs).unref();

	async function startOf(principal: Principal, wanted: FollowSet, { channels, resume }: FeedRequest) {
		const known = resume === undefined ? undefined : await readToken(context, principal.account.id, resume);
		const start = new Map<string, number>();
		for (const [channel, since] of wanted.channels) {
			const head = await context.store.head(channel);
			const joinedLater =
				known === undefined || channels !== undefined ? head : await seqBefore(context, channel, since);
			start.set(channel, Math.min(known?.get(channel) ?? joinedLater, head));
		}
		return { start, isReset: resume !== undefined && known === undefined };
	}

	return {
		async open(principal, request) {
			const wanted =
				request.channels === undefined
					? await followSetOf(context, principal.account)
					: await askedFor(context, principal, request.channels);
			const { start, isReset } = await startOf(principal, wanted, request);
			const groups = request.channels === undefined ? wanted.groups : undefined;
			const reader = new FeedReader({
				context,
				fanOut,
				checkAccess,
				principalOf,
				liveEventOf,
				principal,
				start,
				groups,
				isReset,
				onClose,
			});
			readers.add(reader);
			counts.set(principal.account.id, (counts.get(principal.account.id) ?? 0) + 1);
			// Adds channels that were joined while the follows were being read.
			reader.refresh({ narrows: false });
			return reader;
		},
		async signal(place, event, from) {
			const accessOf = checkAccess(await circleOf(context, place));
			for (const subscriber of fanOut.subscribers(place.channel.id)) {
				if (subscriber.principal.account.id !== from && (await accessOf(subscriber.principal)) === "allowed")
					subscriber.signal(event);
			}
		},
		close() {
			unsubscribe();
			clearInterval(sweeper);
			for (const reader of readers) reader.cut();
		},
	};
}

/** The channels that a request names. @throws {NotFound} the account may not read one of them */
async function askedFor(
	context: Pick<CoreContext, "store">,
	{ account }: Principal,
	asked: readonly string[],
): Promise<FollowSet> {
	const channels = new Map<ChannelId, number>();
	for (const text of asked) {
		const id = parseId("chn", text);
		const place = id === undefined ? undefined : await readableById(context, id, account);
		if (place === undefined) throw new NotFound();
		channels.set(place.channel.id, 0);
	}
	return { channels, groups: new Set() };
}

/** Reads the new events of streams without subscribers, once per turn and stream, since they may change what readers follow. */
function createScan(
	{ store, logger }: Pick<CoreContext, "store" | "logger">,
	onEvent: (event: LogEvent) => void,
): (stream: string, seq: number) => void {
	const moved = new Map<string, { from: number; to: number }>();

	async function look(): Promise<void> {
		const batch = [...moved];
		moved.clear();
		for (const [stream, { from, to }] of batch) {
			for (const event of await store.events(stream, from - 1, Math.min(1000, to - from + 1))) onEvent(event);
		}
	}

	return (stream, seq) => {
		const range = moved.get(stream);
		if (range === undefined && moved.size === 0)
			setImmediate(
				() =>
					void look().catch((error: unknown) =>
						logger.warn({ err: error }, "Events of streams without subscribers could not be read"),
					),
			);
		moved.set(stream, { from: Math.min(range?.from ?? seq, seq), to: Math.max(range?.to ?? seq, seq) });
	};
}
