import { createHash } from "node:crypto";
import { cleanRemoteProfile } from "../../accounts/profile-rules.ts";
import type { BridgeName } from "../../ids.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import type { Collection } from "../../ports/store.ts";
import { remoteKey } from "../../remote-key.ts";

/**
 * How important a parked event is; the least important is dropped first. `stranger`: its sender has no relation to an account here. `known`:
 * its sender has followers here, or follows. `wanted`: the message concerns someone here; it is never dropped.
 */
export const parkedRanks = ["stranger", "known", "wanted"] as const;
export type ParkedRank = (typeof parkedRanks)[number];

/** A remote event that arrived before its target (design §3.1 rule 1: a raw row is only stored for what can't be processed now). */
export interface ParkedEvent {
	readonly bridge: BridgeName;
	/** The key of the remote id that the event waits for. */
	readonly waitsFor: string;
	readonly event: RemoteEvent;
	readonly rank: ParkedRank;
	/** The key of the server that it came from. */
	readonly origin: string;
	/** The length of the event as JSON. */
	readonly bytes: number;
	/** Increases with each parked event of a process: the order in which they came. */
	readonly order: number;
	readonly at: number;
	readonly expires: number;
}

/** Where the limits on parked events apply: each is an index, whose key ends with the rank and the order. */
export const parkedScopes = ["all", "origin", "key"] as const;
export type ParkedScope = (typeof parkedScopes)[number];

/** The name of a scope that an event counts in. */
export const scopeOf: Readonly<Record<ParkedScope, (parked: Pick<ParkedEvent, "origin" | "waitsFor">) => string>> = {
	all: () => "all",
	origin: ({ origin }) => origin,
	key: ({ waitsFor }) => waitsFor,
};

const rankOf = ({ rank }: ParkedEvent): number => parkedRanks.indexOf(rank);

/** The kinds of events that undo another one: a late target asks for them before it appears. */
const undoes: ReadonlySet<RemoteEvent["kind"]> = new Set(["removal", "retraction", "unreaction", "leave", "unblock"]);

/** The parked events, by what they say and wait for: their own remote ids may have been used before. */
export const parked: Collection<ParkedEvent> = {
	name: "parked",
	version: 2,
	upgrade: (doc) => upgraded(doc as ParkedEvent | EarlierParkedEvent),
	indexes: {
		waits: { kinds: ["text", "int"], of: (p) => [p.waitsFor, p.order] },
		/** Of one sender, so that no one else can crowd them out. */
		undoing: {
			kinds: ["text", "text", "int"],
			of: (p) => (undoes.has(p.event.kind) ? [p.waitsFor, remoteKey(p.bridge, p.event.sender.id), p.order] : undefined),
		},
		expires: { kinds: ["int"], of: (p) => [p.expires] },
		all: { kinds: ["text", "int", "int"], of: (p) => [scopeOf.all(p), rankOf(p), p.order] },
		origin: { kinds: ["text", "int", "int"], of: (p) => [scopeOf.origin(p), rankOf(p), p.order] },
		key: { kinds: ["text", "int", "int"], of: (p) => [scopeOf.key(p), rankOf(p), p.order] },
	},
};

/** How many events can be parked in one millisecond without sharing their order. */
const perMs = 1_000;

/** The lowest order of an event that is parked at a time. */
export const firstOrderAt = (ms: number): number => ms * perMs;

/** A parked event and its id. */
export function parkedEvent(
	bridge: BridgeName,
	waitsFor: string,
	event: RemoteEvent,
	rest: Pick<ParkedEvent, "rank" | "order" | "at" | "expires">,
): { readonly id: string; readonly doc: ParkedEvent } {
	const { profile, ...sender } = event.sender;
	const said = JSON.stringify([waitsFor, { ...event, sender }]);
	const kept = { ...event, sender: { ...sender, profile: cleanRemoteProfile(profile, sender.handle) } };
	const bytes = JSON.stringify(kept).length;
	const doc = { bridge, waitsFor, event: kept, origin: originOf(bridge, event), bytes, ...rest };
	return { id: `${bridge}~${createHash("sha256").update(said).digest("base64url")}`, doc };
}

/** The server of a sender, by which it is delivered to or addressed; the network if it gives neither. */
const originOf = (bridge: BridgeName, { sender }: RemoteEvent): string =>
	remoteKey(bridge, sender.reach?.lane ?? sender.domain ?? "-");

type EarlierParkedEvent = Omit<ParkedEvent, "rank" | "origin" | "bytes" | "order"> & { readonly isWanted?: true };

/** Version 1 knew only whether an event is wanted. */
function upgraded(doc: ParkedEvent | EarlierParkedEvent): ParkedEvent {
	if ("order" in doc) return doc;
	const { isWanted, bridge, waitsFor, event, at, expires } = doc;
	const said = JSON.stringify(event);
	const tie = createHash("sha256").update(said).digest().readUInt16BE() % perMs;
	const rest = { order: firstOrderAt(at) + tie, at, expires, bytes: said.length, origin: originOf(bridge, event) };
	return { bridge, waitsFor, event, rank: isWanted === true ? "wanted" : "known", ...rest };
}
