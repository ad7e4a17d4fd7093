import type { World } from "../events/world.ts";
import type { Principal } from "../identity/principal.ts";
import type { LogEvent } from "../ports/store.ts";
import type { Judge, Verdict } from "./feed-access.ts";
import type { LiveEvent, Told } from "./live-event.ts";

/** A reader, as the tail of a stream sees it. */
export interface Follower {
	readonly principal: Principal;
	/** False while it is still reading older events of the stream by itself. */
	isLive(stream: string): boolean;
	take(stream: string, seq: number, told: Told | undefined, verdict: Verdict): void;
	/** Tells something that is not in the log and is not told again. */
	signal(event: LiveEvent): void;
	/** It can't be told what comes next: it has to come again. */
	cut(): void;
}

interface Tail {
	/** The newest event that was handed round; undefined: none since somebody follows. */
	seen: number | undefined;
	until: number;
	busy: boolean;
	readonly followers: Set<Follower>;
}

export interface Tails {
	follow(stream: string, follower: Follower): void;
	unfollow(stream: string, follower: Follower): void;
	followers(stream: string): Iterable<Follower>;
	/** True when nothing newer than `seq` has been handed round on the stream. */
	isUpTo(stream: string, seq: number): boolean;
	/** The stream has reached `seq`. False: nobody follows it. */
	moved(stream: string, seq: number): boolean;
}

export interface TailsParts {
	readonly judge: Judge;
	readonly tell: (event: LogEvent) => Promise<Told | undefined>;
	readonly notice: (event: LogEvent) => void;
}

/** How many events of a stream are read at a time. */
const chunk = 100;

/**
 * Hands each new event of the followed streams to their readers: read once, written once, in order, one event at a time.
 *
 * @param tell what an event says to readers; undefined: nothing
 * @param notice is shown every event before its readers are
 */
export function createTails(world: Pick<World, "store" | "logger">, { judge, tell, notice }: TailsParts): Tails {
	const tails = new Map<string, Tail>();

	async function pump(stream: string, tail: Tail): Promise<void> {
		tail.busy = true;
		try {
			while (tail.followers.size > 0 && (tail.seen as number) < tail.until) {
				const events = await world.store.events(stream, tail.seen as number, chunk);
				if (events.length === 0) break;
				for (const event of events) await handRound(stream, tail, event);
			}
		} catch (error) {
			world.logger.error(
				{ err: error, stream },
				"Live events of a stream could not be read; its readers have to come again",
			);
			for (const follower of tail.followers) follower.cut();
		}
		tail.busy = false;
	}

	async function handRound(stream: string, tail: Tail, event: LogEvent): Promise<void> {
		notice(event);
		const told = await tell(event);
		// In one turn: who becomes live from here on has seen `seen` and has read this event by itself.
		tail.seen = event.seq;
		const live = [...tail.followers].filter((follower) => follower.isLive(stream));
		if (told === undefined) {
			for (const follower of live) follower.take(stream, event.seq, undefined, "hidden");
			return;
		}
		const verdictOn = judge(told.circle);
		await Promise.all(
			live.map(async (follower) => follower.take(stream, event.seq, told, await verdictOn(follower.principal))),
		);
	}

	return {
		follow(stream, follower) {
			const tail = tails.get(stream) ?? { seen: undefined, until: 0, busy: false, followers: new Set() };
			tails.set(stream, tail);
			tail.followers.add(follower);
		},
		unfollow(stream, follower) {
			const tail = tails.get(stream);
			tail?.followers.delete(follower);
			if (tail?.followers.size === 0) tails.delete(stream);
		},
		followers: (stream) => tails.get(stream)?.followers ?? [],
		isUpTo(stream, seq) {
			const seen = tails.get(stream)?.seen;
			return seen === undefined || seen <= seq;
		},
		moved(stream, seq) {
			const tail = tails.get(stream);
			if (tail === undefined) return false;
			tail.seen ??= seq - 1;
			tail.until = Math.max(tail.until, seq);
			if (!tail.busy) void pump(stream, tail);
			return true;
		},
	};
}
