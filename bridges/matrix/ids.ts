import { createHash } from "node:crypto";

/** The longest user id that Matrix allows, in bytes. */
const maxUserId = 255;

/** What a ghost of ours is called there: made and read in this file alone. */
export interface Names {
	/** The bot that speaks for the provider itself. */
	readonly bot: string;
	/** `@_ofscp_jane=40social.test:hs.test` (wire.md, "Bridges"). */
	ghost(handle: string, domain: string): string;
	/** Whose ghost this is; `undefined`: nobody's, or too long a name to be read back. */
	ownerOf(user: string): { readonly handle: string; readonly domain: string } | undefined;
	/** True for everything that we may have said ourselves. */
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
			// Nobody has two names: `=6aane=40a.com` would be jane's second one.
			return ghost(owner.handle, owner.domain) === user ? owner : undefined;
		},
		isOurs: (user) => user.startsWith(head) && user.endsWith(tail),
	};
}

/** Matrix appendices, "Mapping from other character sets": bytes that a user id can't hold become `=xx`. */
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
 * The transaction id of a request: the same for every retry, and no other's. Homeservers compare it per application service,
 * not per ghost, so the ghost is part of it.
 */
export const transactionId = (...parts: readonly string[]): string =>
	createHash("sha256").update(parts.join("\n")).digest("base64url").slice(0, 32);

/** The lane of a room: what is said in it is said in order. */
export const laneOf = (room: string): string => `matrix:${room}`;

/** The handle under which other networks see somebody from Matrix, on our own domain. */
export function handleOf(user: string): string {
	const [local = "", ...server] = user.slice(1).split(":");
	const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.-]+/g, "_");
	return `_matrix_${plain(local)}_${plain(server.join(":"))}`.slice(0, 60).replace(/[._-]+$/, "");
}

const longestId = 255;
/** A room id: since room version 12 without a server's name. It goes into paths and into logs. */
export const isRoomId = (text: string): boolean => text.length <= longestId && /^![\x21-\x7e]+$/.test(text);
