import type { CoreContext } from "../events/context.ts";
import type { Principal } from "../identity/principal.ts";
import type { ChannelId, GroupId } from "../ids.ts";
import type { LogEvent } from "../ports/store.ts";
import type { Access, AccessCheck, PrincipalOf } from "./feed-access.ts";
import type { FanOut, Subscriber } from "./feed-fan-out.ts";
import { followSetOf, seqBefore } from "./feed-follows.ts";
import { FeedPositions } from "./feed-positions.ts";
import type { EventWithCircle, FeedSink, LiveEvent } from "./live-event.ts";

/** How many streams are read at the same time, and how many events of a stream at once. */
const width = 4;
const chunk = 100;

/** What a reader is created with. */
export interface ReaderParts {
	readonly context: Pick<CoreContext, "store" | "clock" | "logger" | "epochs">;
	readonly fanOut: FanOut;
	readonly checkAccess: AccessCheck;
	readonly principalOf: PrincipalOf;
	readonly liveEventOf: (event: LogEvent) => Promise<EventWithCircle | undefined>;
	readonly principal: Principal;
	/** Its initial position in each stream that it follows. */
	readonly start: ReadonlyMap<string, number>;
	/** The groups whose new channels it adds; undefined if it asked for certain channels, which then never change. */
	readonly groups: ReadonlySet<GroupId> | undefined;
	/** Whether its resume token is no longer valid. */
	readonly isReset: boolean;
	readonly onClose: (reader: FeedReader) => void;
}

/**
 * One open stream of live events. It first reads the events that it has missed, stream by stream; then the fan-out hands it the new ones.
 */
export class FeedReader implements Subscriber {
	readonly #parts: ReaderParts;
	readonly #positions: FeedPositions;
	readonly #live = new Set<string>();
	/** How many changes that may end a follow have not been read yet; until then no event is handed out. */
	#narrowing = 0;
	#isRefreshQueued = false;
	/** The streams whose events were held back meanwhile. */
	readonly #held = new Set<string>();
	#groups: ReadonlySet<GroupId> | undefined;
	#sink: FeedSink | undefined;
	readonly #started = Promise.withResolvers<void>();
	#refreshing: Promise<void> = this.#started.promise;
	#renewing = false;
	#closed = false;

	constructor(parts: ReaderParts) {
		this.#parts = parts;
		this.#groups = parts.groups;
		this.#positions = new FeedPositions(parts.context, parts.principal.account.id, parts.start);
		for (const stream of parts.start.keys()) parts.fanOut.subscribe(stream, this);
	}

	get principal(): Principal {
		return this.#parts.principal;
	}
	/** The token with which another stream can resume at the current position. */
	get token(): string {
		return this.#positions.token;
	}

	/** Starts to write to `sink`. Resolves when it has caught up with the log. */
	async run(sink: FeedSink): Promise<void> {
		try {
			await this.#positions.renew();
			if (this.#closed) return;
			this.#sink = sink;
			if (this.#parts.isReset) sink.reset(this.#positions.streams, this.token);
			else sink.checkpoint(this.token);
			this.#started.resolve();
			const waiting = [...this.#positions.streams];
			const work = async (): Promise<void> => {
				for (let stream = waiting.pop(); stream !== undefined; stream = waiting.pop()) await this.#catchUp(stream);
			};
			await Promise.all(Array.from({ length: width }, work));
		} catch (error) {
			this.#fail(error);
		}
	}

	isLive(stream: string): boolean {
		return this.#live.has(stream);
	}

	receive(stream: string, seq: number, event: EventWithCircle | undefined, access: Access): void {
		const at = this.#positions.of(stream);
		if (this.#closed || at === undefined || seq <= at || this.#holds(stream)) return;
		if (seq > at + 1) {
			// A notification was lost, so the events in between are read from the log.
			this.#live.delete(stream);
			this.#catchUp(stream).catch((error: unknown) => this.#fail(error));
			return;
		}
		if (access === "ended") return this.cut();
		this.#positions.set(stream, seq);
		if (event !== undefined && access === "allowed") this.#sink?.event(event.event, this.token);
		if (this.#positions.isRenewalDue) this.#renew();
	}

	/** True if the reader adds new channels of this group. */
	isIn(group: string): boolean {
		return this.#groups?.has(group as GroupId) === true;
	}

	/**
	 * The account's follows have changed: adds new channels from the time of joining, and drops those that it no longer follows.
	 *
	 * @param change.narrows whether a follow may have ended: then no event is handed out before the follows have been read
	 */
	refresh({ narrows }: { readonly narrows: boolean }): void {
		if (this.#groups === undefined) return;
		if (narrows) this.#narrowing++;
		if (this.#isRefreshQueued) return;
		this.#isRefreshQueued = true;
		this.#refreshing = this.#refreshing.then(() => this.#refollow()).catch((error: unknown) => this.#fail(error));
	}

	/** True while follows are being read that may have ended; the stream then goes on from its position afterwards. */
	#holds(stream: string): boolean {
		if (this.#narrowing === 0) return false;
		this.#live.delete(stream);
		this.#held.add(stream);
		return true;
	}

	signal(event: LiveEvent): void {
		this.#sink?.signal(event);
	}

	/** Ends the stream if its credential is no longer valid. */
	async check(): Promise<void> {
		if ((await this.#parts.principalOf(this.principal.credential)) === undefined) this.cut();
	}

	cut(): void {
		if (this.#closed) return;
		this.#sink?.end();
		this.close();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		for (const stream of this.#positions.streams) this.#parts.fanOut.unsubscribe(stream, this);
		this.#live.clear();
		this.#parts.onClose(this);
	}

	async #refollow(): Promise<void> {
		this.#isRefreshQueued = false;
		if (this.#closed) return;
		const narrowing = this.#narrowing;
		const { context, fanOut, principal } = this.#parts;
		const wanted = await followSetOf(context, principal.account);
		this.#groups = wanted.groups;
		for (const stream of this.#positions.streams) {
			if (wanted.channels.has(stream as ChannelId)) continue;
			fanOut.unsubscribe(stream, this);
			this.#live.delete(stream);
			this.#positions.drop(stream);
		}
		this.#narrowing -= narrowing;
		await this.#releaseHeld();
		for (const [channel, since] of wanted.channels) {
			if (this.#closed || this.#positions.of(channel) !== undefined) continue;
			this.#positions.set(channel, await seqBefore(context, channel, since));
			if (this.#closed) return;
			fanOut.subscribe(channel, this);
			await this.#catchUp(channel);
		}
	}

	async #releaseHeld(): Promise<void> {
		if (this.#narrowing > 0) return;
		const held = [...this.#held];
		this.#held.clear();
		for (const stream of held) await this.#catchUp(stream);
	}

	/** Reads a stream to its end; from then on the fan-out hands out its new events. */
	async #catchUp(stream: string): Promise<void> {
		const { context, fanOut, liveEventOf, checkAccess, principal } = this.#parts;
		for (;;) {
			const at = this.#positions.of(stream);
			if (this.#closed || at === undefined || this.#holds(stream)) return;
			const events = await context.store.events(stream, at, chunk);
			if (this.#closed) return;
			if (events.length === 0 && fanOut.isCaughtUp(stream, at)) {
				this.#live.add(stream);
				return;
			}
			for (const logged of events) {
				await this.#sink?.ready();
				const event = await liveEventOf(logged);
				const access = event === undefined ? "hidden" : await checkAccess(event.circle)(principal);
				if (this.#holds(stream)) return;
				this.receive(stream, logged.seq, event, access);
			}
		}
	}

	#renew(): void {
		if (this.#renewing) return;
		this.#renewing = true;
		this.#positions
			.renew()
			.then(() => this.#closed || this.#sink?.checkpoint(this.token))
			.catch((error: unknown) =>
				this.#parts.context.logger.warn({ err: error }, "A baseline could not be renewed; the old one stays in use"),
			)
			.finally(() => {
				this.#renewing = false;
			});
	}

	#fail(error: unknown): void {
		if (this.#closed) return;
		this.#parts.context.logger.error({ err: error }, "A stream of live events failed; its reader has to reconnect");
		this.cut();
	}
}
