import { createPublicKey, type KeyObject } from "node:crypto";

/** A remote actor's key, parsed. */
export interface PublicKey {
	readonly id: string;
	/** The actor whose key it is. */
	readonly owner: string;
	readonly key: KeyObject;
	/** Whether the owner is the actor of a whole server. */
	readonly isOfServer?: true;
}

/** The fields of a key document. */
export interface KeyDocument {
	readonly id: string;
	readonly owner: string;
	readonly pem: string;
	readonly isOfServer?: true;
}

const MAX_PEM_CHARS = 16_384;
const MIN_RSA_BITS = 2048;
/** Verifying with a larger modulus or exponent is so slow that it could be used for an attack. */
const MAX_RSA_BITS = 8192;
const MAX_RSA_EXPONENT = 2n ** 32n;

/**
 * The key of a document that was fetched from `keyId`; `undefined` when the document is about another key, when key and
 * owner have different origins, or when its type or size is not accepted.
 */
export function parsePublicKey(keyId: string, document: KeyDocument): PublicKey | undefined {
	if (document.id !== keyId || !sameOrigin(keyId, document.owner)) return undefined;
	const key = importKey(document.pem);
	if (key === undefined) return undefined;
	const { owner, isOfServer } = document;
	return { id: keyId, owner, key, ...(isOfServer === true ? { isOfServer } : {}) };
}

function sameOrigin(left: string, right: string): boolean {
	const a = URL.parse(left);
	return a !== null && a.origin !== "null" && a.origin === URL.parse(right)?.origin;
}

function importKey(pem: string): KeyObject | undefined {
	if (pem.length > MAX_PEM_CHARS || !pem.includes("PUBLIC KEY-----")) return undefined;
	try {
		const key = createPublicKey(pem);
		return isAcceptable(key) ? key : undefined;
	} catch {
		return undefined;
	}
}

function isAcceptable(key: KeyObject): boolean {
	if (key.asymmetricKeyType === "ed25519") return true;
	if (key.asymmetricKeyType !== "rsa") return false;
	const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
	return modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS && publicExponent <= MAX_RSA_EXPONENT;
}
