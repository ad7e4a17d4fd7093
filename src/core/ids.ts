import { randomFillSync } from "node:crypto";

declare const brand: unique symbol;
/** A type that is assignable to `T`, while a plain `T` is not assignable to it: ids are only minted or parsed. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type AccountId = Brand<string, "AccountId">;
export type GroupId = Brand<string, "GroupId">;
export type ChannelId = Brand<string, "ChannelId">;
export type MessageId = Brand<string, "MessageId">;
export type PortalId = Brand<string, "PortalId">;
export type DeviceKeyId = Brand<string, "DeviceKeyId">;
/** The name of a bridge: that of its folder and of its section in the configuration. */
export type BridgeName = Brand<string, "BridgeName">;

interface ByPrefix {
	usr: AccountId;
	grp: GroupId;
	chn: ChannelId;
	msg: MessageId;
	brg: PortalId;
	dk: DeviceKeyId;
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const pool = Buffer.alloc(1024);
let used = pool.length;

/** 16 characters with 5 random bits each. */
function randomPart(): string {
	if (used + 16 > pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	let text = "";
	for (const end = used + 16; used < end; used++) text += alphabet[(pool[used] as number) & 31];
	return text;
}

/** 10 characters that sort by time. */
function timePart(now: number): string {
	let text = "";
	for (let rest = now, i = 0; i < 10; i++) {
		text = alphabet[rest % 32] + text;
		rest = Math.floor(rest / 32);
	}
	return text;
}

/** Mints an opaque id that sorts by creation time: `msg_01k…`. Ids are minted only here. @param now milliseconds since 1970 */
export function mintId<P extends keyof ByPrefix>(prefix: P, now: number): ByPrefix[P] {
	return `${prefix}_${timePart(now)}${randomPart()}` as ByPrefix[P];
}

const shape = /^(usr|grp|chn|msg|brg|dk)_[0-9a-hjkmnp-tv-z]{26}$/;

/** Parses an id of the given kind from untrusted text; `undefined` if the text is not such an id. */
export function parseId<P extends keyof ByPrefix>(prefix: P, text: string): ByPrefix[P] | undefined {
	return text.startsWith(`${prefix}_`) && shape.test(text) ? (text as ByPrefix[P]) : undefined;
}

/** The id of an event in the log: `<stream>/<seq>`. */
export const eventId = (stream: string, seq: number): string => `${stream}/${seq}`;

/** The stream and the seq of an event id; `undefined` if the text is not an event id. */
export function parseEventId(id: string): { stream: string; seq: number } | undefined {
	const slash = id.lastIndexOf("/");
	const seq = Number(id.slice(slash + 1));
	return slash > 0 && Number.isSafeInteger(seq) && seq > 0 ? { stream: id.slice(0, slash), seq } : undefined;
}

/** The name of an event outside this provider. @param epoch the epoch of the store that the event belongs to; empty for the first */
export const eventName = (stream: string, seq: number, epoch: string): string =>
	epoch === "" ? eventId(stream, seq) : `${eventId(stream, seq)}~${epoch}`;

/** The parts of an event's name; `undefined` if the text is not one. */
export function parseEventName(name: string): { stream: string; seq: number; epoch: string } | undefined {
	const [, id = "", epoch = ""] = /^([^~]+)(?:~([0-9a-z]{1,16}))?$/.exec(name) ?? [];
	const position = parseEventId(id);
	return position === undefined ? undefined : { ...position, epoch };
}

/** Brands the name of a bridge. */
export const bridgeName = (name: string): BridgeName => name as BridgeName;
