import { circleBy, circleOf } from "../access/circle.ts";
import { readableById } from "../access/readable-place.ts";
import { BoundedMap } from "../bounded-map.ts";
import { NotFound } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { Place } from "../groups/place.ts";
import type { Principal } from "../identity/principal.ts";
import { revokedAccountOf } from "../identity/revocation.ts";
import type { AccountId, ChannelId } from "../ids.ts";
import { parseId } from "../ids.ts";
import type { Bus } from "../ports/bus.ts";
import type { LogEvent } from "../ports/store.ts";
import { createJudge, type PrincipalOf } from "./feed-access.ts";
import { readToken, sweepBaselines } from "./feed-baselines.ts";
import { type FollowSet, followSetOf, seqBefore } from "./feed-follows.ts";
import { type FeedItem, itemOf } from "./feed-items.ts";
import { FeedReader } from "./feed-reader.ts";
import { createTails } from "./feed-tails.ts";
import { followChangeOf } from "./follow-changes.ts";
import type { LiveEvent, Told } from "./live-event.ts";

export interface FeedRequest {
	/** Undefined: all that the reader follows, and the channels of their groups. */
	readonly channels?: readonly string[];
	/** A token of an earlier stream. */
	readonly resume?: string;
}

/** Live events (design §3.3): readers of the log. */
export interface Feed {
	/**
	 * Prepares a stream: exact behind `resume` if that is known, otherwise from now on. Nothing is written before `run`.
	 *
	 * @throws {NotFound} one of the channels may not be read: then none is
	 */
	open(principal: Principal, request: FeedRequest): Promise<FeedReader>;
	/** Tells the readers of a channel, except `from`, something that is not kept. */
	signal(place: Place, event: LiveEvent, from: AccountId): Promise<void>;
	close(): void;
}

export interface FeedParts {
	readonly world: Pick<World, "store" | "clock" | "logger">;
	readonly bus: Bus;
	readonly principalOf: PrincipalOf;
	/** Writes an item as it goes over the wire. */
	readonly render: (item: FeedItem) => Promise<LiveEvent>;
}

const sweepEveryMs = 3_600_000;

export function createFeed({ world, bus, principalOf, render }: FeedParts): Feed {
	const judge = createJudge(world, principalOf);
	/** By event and by the state of its message, so that a text can't outlive its erasure here. */
	const written = new BoundedMap<string, Promise<LiveEvent>>(2000);
	const readers = new Set<FeedReader>();

	async function tell(event: LogEvent): Promise<Told | undefined> {
		const item = await itemOf(world, event);
		if (item === undefined) return undefined;
		const key = `${event.id}@${item.message.changed}`;
		const rendered = written.get(key) ?? render(item);
		written.set(key, rendered);
		rendered.catch(() => written.delete(key));
		return { circle: circleBy(item.place.rules, item.place, item.message), event: await rendered };
	}

	/** What of an event changes what readers without a list of their own follow. */
	function notice(event: LogEvent): void {
		const change = followChangeOf(event);
		if (change === undefined) return;
		if (change.kind === "ended") return recheck(change.account);
		for (const reader of readers)
			if (change.kind === "group" ? reader.isIn(change.group) : reader.principal.account.id === change.account)
				reader.refresh();
	}

	/** A credential of somebody has ended: so do the streams that were opened with it. */
	function recheck(account: AccountId): void {
		for (const reader of readers)
			if (reader.principal.account.id === account) void reader.check().catch(() => reader.cut());
	}

	const tails = createTails(world, { judge, tell, notice });
	const scout = createScout(world, notice);
	const unsubscribe = bus.subscribe((stream, seq) => {
		const revoked = revokedAccountOf(stream);
		if (revoked !== undefined) return recheck(revoked);
		if (!tails.moved(stream, seq) && readers.size > 0) scout(stream, seq);
	});
	const sweep = (): void =>
		void sweepBaselines(world).catch((error: unknown) =>
			world.logger.warn({ err: error }, "Old baselines could not be swept"),
		);
	const sweeper = setInterval(sweep, sweepEveryMs).unref();

	async function startOf(principal: Principal, wanted: FollowSet, { channels, resume }: FeedRequest) {
		const known = resume === undefined ? undefined : await readToken(world, principal.account.id, resume);
		const start = new Map<string, number>();
		for (const [channel, since] of wanted.channels) {
			const head = await world.store.head(channel);
			const joinedLater = known === undefined || channels !== undefined ? head : await seqBefore(world, channel, since);
			start.set(channel, Math.min(known?.get(channel) ?? joinedLater, head));
		}
		return { start, isReset: resume !== undefined && known === undefined };
	}

	return {
		async open(principal, request) {
			const wanted =
				request.channels === undefined
					? await followSetOf(world, principal.account)
					: await askedFor(world, principal, request.channels);
			const { start, isReset } = await startOf(principal, wanted, request);
			const groups = request.channels === undefined ? wanted.groups : undefined;
			const reader = new FeedReader({
				world,
				tails,
				judge,
				principalOf,
				tell,
				principal,
				start,
				groups,
				isReset,
				onClose: (closed) => readers.delete(closed),
			});
			readers.add(reader);
			// What was joined while the list was being read.
			reader.refresh();
			return reader;
		},
		async signal(place, event, from) {
			const verdictOn = judge(await circleOf(world, place));
			for (const follower of tails.followers(place.channel.id)) {
				if (follower.principal.account.id !== from && (await verdictOn(follower.principal)) === "allowed")
					follower.signal(event);
			}
		},
		close() {
			unsubscribe();
			clearInterval(sweeper);
			for (const reader of readers) reader.cut();
		},
	};
}

/** The channels that were asked for by name. @throws {NotFound} */
async function askedFor(
	world: Pick<World, "store">,
	{ account }: Principal,
	asked: readonly string[],
): Promise<FollowSet> {
	const channels = new Map<ChannelId, number>();
	for (const text of asked) {
		const id = parseId("chn", text);
		const place = id === undefined ? undefined : await readableById(world, id, account);
		if (place === undefined) throw new NotFound();
		channels.set(place.channel.id, 0);
	}
	return { channels, groups: new Set() };
}

/** Looks through the events of streams that nobody follows yet, once per turn and stream. */
function createScout(
	{ store, logger }: Pick<World, "store" | "logger">,
	notice: (event: LogEvent) => void,
): (stream: string, seq: number) => void {
	const moved = new Map<string, { from: number; to: number }>();

	async function look(): Promise<void> {
		const batch = [...moved];
		moved.clear();
		for (const [stream, { from, to }] of batch) {
			for (const event of await store.events(stream, from - 1, Math.min(1000, to - from + 1))) notice(event);
		}
	}

	return (stream, seq) => {
		const range = moved.get(stream);
		if (range === undefined && moved.size === 0)
			setImmediate(
				() =>
					void look().catch((error: unknown) => logger.warn({ err: error }, "New memberships could not be looked up")),
			);
		moved.set(stream, { from: Math.min(range?.from ?? seq, seq), to: Math.max(range?.to ?? seq, seq) });
	};
}
