import { createHash } from "node:crypto";

/** The longest user id that Matrix allows, in bytes. */
const maxUserId = 255;

/** The user ids of our ghosts, minted and parsed only here. */
export interface Names {
	/** The bot, which acts for the provider itself. */
	readonly bot: string;
	/** `@_ofscp_jane=40social.test:hs.test` (wire.md, "Bridges"). */
	ghost(handle: string, domain: string): string;
	/** The person behind a ghost; `undefined`: it is no ghost, or its name was too long to be reversible. */
	ownerOf(user: string): { readonly handle: string; readonly domain: string } | undefined;
	/** Whether a user is the bot or one of our ghosts. */
	isOurs(user: string): boolean;
}

export function createNames({ prefix, serverName }: { readonly prefix: string; readonly serverName: string }): Names {
	const head = `@${prefix}`;
	const tail = `:${serverName}`;
	function ghost(handle: string, domain: string): string {
		const whole = `${head}${encode(`${handle}@${domain}`)}${tail}`;
		if (Buffer.byteLength(whole) <= maxUserId) return whole;
		return `${head}sha256-${createHash("sha256").update(`${handle}@${domain}`).digest("hex")}${tail}`;
	}
	return {
		bot: `${head}bot${tail}`,
		ghost,
		ownerOf(user) {
			if (!user.startsWith(head) || !user.endsWith(tail)) return undefined;
			const address = decode(user.slice(head.length, -tail.length));
			const at = address?.lastIndexOf("@") ?? -1;
			if (address === undefined || at < 1) return undefined;
			const owner = { handle: address.slice(0, at), domain: address.slice(at + 1) };
			// Each person has exactly one ghost name; `=6aane=40a.com` would be a second one for jane.
			return ghost(owner.handle, owner.domain) === user ? owner : undefined;
		},
		isOurs: (user) => user.startsWith(head) && user.endsWith(tail),
	};
}

/** Matrix appendices, "Mapping from other character sets": bytes that are not allowed in a user id become `=xx`. */
function encode(text: string): string {
	let encoded = "";
	for (const byte of Buffer.from(text.toLowerCase(), "utf8")) {
		const char = String.fromCharCode(byte);
		encoded += /[a-z0-9._/+-]/.test(char) ? char : `=${byte.toString(16).padStart(2, "0")}`;
	}
	return encoded;
}

function decode(text: string): string | undefined {
	if (/=(?![0-9a-f]{2})/.test(text)) return undefined;
	return Buffer.from(
		text.replace(/=([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
		"latin1",
	).toString("utf8");
}

/**
 * The transaction id of a request: the same for every retry, and different for every other request. Homeservers compare it per
 * application service, not per ghost, so the ghost is part of it.
 */
export const transactionId = (...parts: readonly string[]): string =>
	createHash("sha256").update(parts.join("\n")).digest("base64url").slice(0, 32);

/** The lane of a room: its deliveries are made in order. */
export const laneOf = (room: string): string => `${allLanes}${room}`;
/** How the lanes of all rooms begin; they have one homeserver behind them. */
export const allLanes = "matrix:";

/** The handle of a Matrix user's shadow, on our own domain, under which other networks see them. */
export function handleOf(user: string): string {
	const [local = "", ...server] = user.slice(1).split(":");
	const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.-]+/g, "_");
	return `_matrix_${plain(local)}_${plain(server.join(":"))}`.slice(0, 60).replace(/[._-]+$/, "");
}

const longestId = 255;
/** A room id, since room version 12 without a server name. It is used in paths and logs, so its characters are checked. */
export const isRoomId = (text: string): boolean => text.length <= longestId && /^![\x21-\x7e]+$/.test(text);
