import type { World } from "../events/world.ts";
import type { Principal } from "../identity/principal.ts";
import type { ChannelId, GroupId } from "../ids.ts";
import type { LogEvent } from "../ports/store.ts";
import type { Judge, PrincipalOf, Verdict } from "./feed-access.ts";
import { followSetOf, seqBefore } from "./feed-follows.ts";
import { FeedPositions } from "./feed-positions.ts";
import type { Follower, Tails } from "./feed-tails.ts";
import type { FeedSink, LiveEvent, Told } from "./live-event.ts";

/** How many streams are caught up with at the same time, and how many events of one are read at once. */
const width = 4;
const chunk = 100;

export interface ReaderParts {
	readonly world: Pick<World, "store" | "clock" | "logger">;
	readonly tails: Tails;
	readonly judge: Judge;
	readonly principalOf: PrincipalOf;
	readonly tell: (event: LogEvent) => Promise<Told | undefined>;
	readonly principal: Principal;
	/** Where it starts in every stream that it follows. */
	readonly start: ReadonlyMap<string, number>;
	/** The groups whose new channels it takes up; undefined: it asked for certain channels and keeps to them. */
	readonly groups: ReadonlySet<GroupId> | undefined;
	/** What it asked to resume from is not known any more. */
	readonly isReset: boolean;
	readonly onClose: (reader: FeedReader) => void;
}

/** One open stream of events. First it reads what it missed, stream by stream; then it is handed what is new. */
export class FeedReader implements Follower {
	readonly #parts: ReaderParts;
	readonly #positions: FeedPositions;
	readonly #live = new Set<string>();
	#groups: ReadonlySet<GroupId> | undefined;
	#sink: FeedSink | undefined;
	readonly #started = Promise.withResolvers<void>();
	#refreshing: Promise<void> = this.#started.promise;
	#renewing = false;
	#closed = false;

	constructor(parts: ReaderParts) {
		this.#parts = parts;
		this.#groups = parts.groups;
		this.#positions = new FeedPositions(parts.world, parts.principal.account.id, parts.start);
		for (const stream of parts.start.keys()) parts.tails.follow(stream, this);
	}

	get principal(): Principal {
		return this.#parts.principal;
	}
	/** The token from which another stream can go on where this one is. */
	get token(): string {
		return this.#positions.token;
	}

	/** Starts to write to `sink`. Resolves when it has caught up with what was there. */
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

	take(stream: string, seq: number, told: Told | undefined, verdict: Verdict): void {
		const at = this.#positions.of(stream);
		if (this.#closed || at === undefined || seq <= at) return;
		if (seq > at + 1) {
			// A notice got lost: what is between is read from the log.
			this.#live.delete(stream);
			this.#catchUp(stream).catch((error: unknown) => this.#fail(error));
			return;
		}
		if (verdict === "ended") return this.cut();
		this.#positions.set(stream, seq);
		if (told !== undefined && verdict === "allowed") this.#sink?.event(told.event, this.token);
		if (this.#positions.isRenewalDue) this.#renew();
	}

	/** True when the group's new channels are to be taken up. */
	isIn(group: string): boolean {
		return this.#groups?.has(group as GroupId) === true;
	}

	/** What the reader follows has changed: takes up what is new from where it became theirs, and leaves the rest. */
	refresh(): void {
		if (this.#groups === undefined) return;
		this.#refreshing = this.#refreshing.then(() => this.#refollow()).catch((error: unknown) => this.#fail(error));
	}

	signal(event: LiveEvent): void {
		this.#sink?.signal(event);
	}

	/** Ends the stream if its credential stands for nobody any more. */
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
		for (const stream of this.#positions.streams) this.#parts.tails.unfollow(stream, this);
		this.#live.clear();
		this.#parts.onClose(this);
	}

	async #refollow(): Promise<void> {
		if (this.#closed) return;
		const { world, tails, principal } = this.#parts;
		const wanted = await followSetOf(world, principal.account);
		this.#groups = wanted.groups;
		for (const stream of this.#positions.streams) {
			if (wanted.channels.has(stream as ChannelId)) continue;
			tails.unfollow(stream, this);
			this.#live.delete(stream);
			this.#positions.drop(stream);
		}
		for (const [channel, since] of wanted.channels) {
			if (this.#closed || this.#positions.of(channel) !== undefined) continue;
			this.#positions.set(channel, await seqBefore(world, channel, since));
			if (this.#closed) return;
			tails.follow(channel, this);
			await this.#catchUp(channel);
		}
	}

	/** Reads a stream to its end; from then on its tail hands over what is new. */
	async #catchUp(stream: string): Promise<void> {
		const { world, tails, tell, judge, principal } = this.#parts;
		for (;;) {
			const at = this.#positions.of(stream);
			if (this.#closed || at === undefined) return;
			const events = await world.store.events(stream, at, chunk);
			if (this.#closed) return;
			if (events.length === 0 && tails.isUpTo(stream, at)) {
				this.#live.add(stream);
				return;
			}
			for (const event of events) {
				await this.#sink?.ready();
				const told = await tell(event);
				const verdict = told === undefined ? "hidden" : await judge(told.circle)(principal);
				this.take(stream, event.seq, told, verdict);
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
				this.#parts.world.logger.warn({ err: error }, "A baseline could not be renewed; the old one goes on"),
			)
			.finally(() => {
				this.#renewing = false;
			});
	}

	#fail(error: unknown): void {
		if (this.#closed) return;
		this.#parts.world.logger.error({ err: error }, "A stream of events failed; its reader has to come again");
		this.cut();
	}
}
