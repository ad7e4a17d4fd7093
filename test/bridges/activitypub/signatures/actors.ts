import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { digestOf } from "../../../../bridges/activitypub/signatures/digest.ts";
import type { PublicKey, SignedMessage } from "../../../../bridges/activitypub/signatures/index.ts";

/** A remote actor with its keys; the tests sign by hand, so that a mistake of the signer can't hide one of the verifier. */
export const keyId = "https://remote.example/users/1#main-key";
export const owner = "https://remote.example/users/1";
export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const ed25519 = generateKeyPairSync("ed25519");

export const origin = "https://us.example";
export const now = Date.UTC(2026, 10, 22, 12, 0, 0);
export const body = Buffer.from(JSON.stringify({ type: "Create", id: "https://remote.example/activities/1" }));

export const holding =
	(key: KeyObject): ((id: string, refresh: boolean) => Promise<PublicKey | undefined>) =>
	async (id) =>
		id === keyId ? { id, owner, key } : undefined;

export interface Draft {
	method?: string;
	path?: string;
	/** The target that is signed, when it is not the path. */
	target?: string;
	headers?: Record<string, string>;
	body?: Buffer;
	covered?: string[];
	algorithm?: string | undefined;
	created?: number;
	expires?: number;
	key?: KeyObject;
	hash?: "sha256" | "sha512" | null;
}

const hour = 3_600_000;
export const dateHeader = (offset = 0) => new Date(now + offset).toUTCString();
export const hours = (count: number) => count * hour;

/** A message signed as draft-cavage says, each part replaceable. */
export function cavage(draft: Draft = {}): SignedMessage {
	const { method = "POST", path = "/inbox", algorithm = "rsa-sha256", hash = "sha256", key = rsa.privateKey } = draft;
	const content = draft.body ?? (method === "POST" ? body : Buffer.alloc(0));
	const headers: Record<string, string> = {
		host: "us.example",
		date: dateHeader(),
		...(method === "POST" ? { digest: digestOf(content) } : {}),
		...draft.headers,
	};
	const covered = draft.covered ?? ["(request-target)", "host", "date", ...(method === "POST" ? ["digest"] : [])];
	const base = covered.map((name) => {
		if (name === "(request-target)") return `${name}: ${method.toLowerCase()} ${draft.target ?? path}`;
		if (name === "(created)") return `${name}: ${draft.created}`;
		if (name === "(expires)") return `${name}: ${draft.expires}`;
		return `${name}: ${headers[name]}`;
	});
	const padding = key.asymmetricKeyType === "rsa" ? { padding: constants.RSA_PKCS1_PADDING } : {};
	const signature = sign(hash, Buffer.from(base.join("\n")), { key, ...padding }).toString("base64");
	const parameters = [
		`keyId="${keyId}"`,
		...("algorithm" in draft && draft.algorithm === undefined ? [] : [`algorithm="${algorithm}"`]),
		...(draft.created === undefined ? [] : [`created=${draft.created}`]),
		...(draft.expires === undefined ? [] : [`expires=${draft.expires}`]),
		`headers="${covered.join(" ")}"`,
		`signature="${signature}"`,
	];
	return { method, path, headers: { ...headers, signature: parameters.join(",") }, body: content };
}

/** The same message with other headers or another body than were signed. */
export function altered(message: SignedMessage, change: Partial<SignedMessage>): SignedMessage {
	return { ...message, ...change, headers: { ...message.headers, ...change.headers } };
}

/** A header of a message that was made here, where every one is a single string. */
export function headerOf(message: SignedMessage, name: string): string {
	const value = message.headers[name];
	if (typeof value !== "string") throw new TypeError(`There is no header ${name}`);
	return value;
}
