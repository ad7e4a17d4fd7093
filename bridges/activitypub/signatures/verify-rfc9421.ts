import type { KeyObject } from "node:crypto";
import { checkWithKey, type Reading } from "./check-key.ts";
import { digestMatches } from "./digest.ts";
import {
	failed,
	headerValue,
	hostAsSigned,
	mustCoverBody,
	type SignatureFault,
	type SignedMessage,
	type Verification,
} from "./http-message.ts";
import { parseSignatureInput, type SignatureInput } from "./signature-input.ts";
import { isTimely } from "./time-window.ts";
import { authorityOf, type VerifyOptions } from "./verify-options.ts";

/** Checks an RFC 9421 signature. Everything that needs no key is checked first. */
export async function verifyRfc9421(
	message: SignedMessage,
	fields: { readonly input: string; readonly signature: string },
	options: VerifyOptions,
): Promise<Verification> {
	const input = parseSignatureInput(fields.input, fields.signature);
	if (input === undefined) return failed("malformed");
	const { keyId } = input;
	const fault = findFault(message, input, options.now);
	if (fault !== undefined) return failed(fault, keyId);
	const base = signatureBase(message, input, options.origin);
	if (base === undefined) return failed("not-covered", keyId);
	return checkWithKey(keyId, input.signature, "rfc9421", (key) => readingsFor(key, input, base), options.resolveKey);
}

function findFault(message: SignedMessage, input: SignatureInput, now: number): SignatureFault | undefined {
	const { algorithm, covered, created, expires } = input;
	if (algorithm !== undefined && algorithm !== "rsa-v1_5-sha256" && algorithm !== "ed25519")
		return "unsupported-algorithm";
	const covers = (name: string) => covered.includes(name);
	const coversTarget =
		covers("@target-uri") || (covers("@authority") && (covers("@path") || covers("@request-target")));
	if (!covers("@method") || !coversTarget || created === undefined) return "not-covered";
	if (!isTimely(now, created * 1000, expires === undefined ? undefined : expires * 1000)) return "wrong-time";
	if (!mustCoverBody(message.method) && message.body.length === 0) return undefined;
	const digest = headerValue(message, "content-digest");
	if (!covers("content-digest") || digest === undefined) return "not-covered";
	return digestMatches(digest, message.body) ? undefined : "digest-mismatch";
}

/** RFC 9421 §2.5; `undefined` when a covered component is missing. */
function signatureBase(
	message: SignedMessage,
	{ covered, params }: SignatureInput,
	origin: string,
): Buffer | undefined {
	let base = "";
	for (const name of covered) {
		const value = componentValue(message, name, origin);
		if (value === undefined) return undefined;
		base += `"${name}": ${value}\n`;
	}
	return Buffer.from(`${base}"@signature-params": ${params}`);
}

function componentValue(message: SignedMessage, name: string, origin: string): string | undefined {
	if (name.startsWith("@")) return derivedComponent(message, name, origin);
	return name === "host" ? hostAsSigned(message, authorityOf(origin)).value : headerValue(message, name);
}

/** RFC 9421 §2.2, read against our public origin: a signature for another host does not verify. */
function derivedComponent({ method, path }: SignedMessage, name: string, origin: string): string | undefined {
	const query = path.indexOf("?");
	switch (name) {
		case "@method":
			return method;
		case "@target-uri":
			return origin + path;
		case "@authority":
			return authorityOf(origin);
		case "@scheme":
			return origin.slice(0, origin.indexOf(":"));
		case "@request-target":
			return path;
		case "@path":
			return query === -1 ? path : path.slice(0, query);
		case "@query":
			return query === -1 ? "?" : path.slice(query);
		default:
			return undefined;
	}
}

function readingsFor(key: KeyObject, { algorithm }: SignatureInput, base: Buffer): Reading[] {
	const natural = key.asymmetricKeyType === "ed25519" ? "ed25519" : "rsa-v1_5-sha256";
	if (algorithm !== undefined && algorithm !== natural) return [];
	return [{ base, hash: natural === "ed25519" ? null : "sha256" }];
}
