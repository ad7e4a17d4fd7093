import {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign,
} from "node:crypto";

/** A device's Ed25519 key pair. */
export interface DeviceKeyPair {
	readonly privateKey: KeyObject;
	/** base64 of the 32 raw bytes. */
	readonly publicKey: string;
	/** base64 of the SPKI form. */
	readonly spki: string;
}

export const newKeyPair = (): DeviceKeyPair => keyPairOf(generateKeyPairSync("ed25519").privateKey);

/** Writes the private key as base64 of PKCS #8. */
export const writeKeyPair = ({ privateKey }: DeviceKeyPair): string =>
	privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");

/** Reads what {@link writeKeyPair} wrote. */
export const readKeyPair = (text: string): DeviceKeyPair =>
	keyPairOf(createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" }));

function keyPairOf(privateKey: KeyObject): DeviceKeyPair {
	const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
	return { privateKey, publicKey: spki.subarray(-32).toString("base64"), spki: spki.toString("base64") };
}

/** How a request is signed, correctly or not. */
export interface Signing {
	/** `handle@domain`, or a provider's domain with `as`. */
	readonly signer: string;
	readonly as?: "actor" | "provider";
	readonly keyId: string;
	readonly key: Pick<DeviceKeyPair, "privateKey">;
	/** `host[:port]` of the receiver. */
	readonly authority: string;
	readonly method: string;
	/** Path and query. */
	readonly target: string;
	readonly body?: string;
	readonly timestamp?: string;
	readonly nonce?: string;
	/** Changes the seven lines before they are signed. */
	readonly bend?: (lines: string[]) => string[];
}

const nowInSeconds = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

/** The headers of a signed request (OFSCP R7 §4.4), implemented independently of the provider. */
export function signedHeaders(signing: Signing): Record<string, string> {
	const { signer, as = "actor", keyId, key, authority, method, target, body = "", bend = (lines) => lines } = signing;
	const { timestamp = nowInSeconds(), nonce = randomBytes(16).toString("base64url") } = signing;
	const [path, query = ""] = target.split("?", 2) as [string, string?];
	const digest = createHash("sha256").update(body).digest("base64");
	const pairs = query === "" ? "" : query.split("&").sort().join("&");
	const lines = bend([authority, method, path, pairs, timestamp, nonce, digest]);
	return {
		[as === "actor" ? "X-OFSCP-Actor" : "X-OFSCP-Provider"]: signer,
		"X-OFSCP-Key-ID": keyId,
		"X-OFSCP-Timestamp": timestamp,
		"X-OFSCP-Nonce": nonce,
		"X-OFSCP-Content-Digest": digest,
		"X-OFSCP-Signature": sign(null, Buffer.from(lines.join("\n")), key.privateKey).toString("base64"),
	};
}
