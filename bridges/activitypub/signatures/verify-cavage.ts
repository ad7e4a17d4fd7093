import type { KeyObject } from "node:crypto";
import { type CavageSignature, parseSignature } from "./cavage.ts";
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
import { isTimely } from "./time-window.ts";
import { authorityOf, type VerifyOptions } from "./verify-options.ts";

/** Checks a draft-cavage signature. Everything that needs no key is checked first, so that no key is fetched for an invalid signature. */
export async function verifyCavage(
	message: SignedMessage,
	header: string,
	options: VerifyOptions,
): Promise<Verification> {
	const signature = parseSignature(header);
	if (signature === undefined) return failed("malformed");
	const { keyId } = signature;
	const fault = findFault(message, signature, options.now);
	if (fault !== undefined) return failed(fault, keyId);
	const host = hostAsSigned(message, authorityOf(options.origin));
	const linesFor = signedLines(message, signature, host.value);
	if (linesFor === undefined) return failed("not-covered", keyId);
	const readings = (key: KeyObject) => readingsFor(key, signature.algorithm, targetsOf(message.path).map(linesFor));
	const result = await checkWithKey(keyId, signature.signature, "cavage", readings, options.resolveKey);
	return result.outcome === "failed" && result.reason === "bad-signature" && !host.isOurs
		? failed("wrong-host", keyId)
		: result;
}

function findFault(message: SignedMessage, signature: CavageSignature, now: number): SignatureFault | undefined {
	const { algorithm, covered } = signature;
	if (algorithm !== undefined && algorithm !== "rsa-sha256" && algorithm !== "hs2019") return "unsupported-algorithm";
	const covers = (name: string) => covered.includes(name);
	if (!covers("(request-target)") || !covers("host")) return "not-covered";
	if (!covers("date") && !covers("(created)")) return "not-covered";
	// §2.3: with an algorithm that names its hash there is no (created) and no (expires).
	if ((covers("(created)") || covers("(expires)")) && algorithm !== "hs2019") return "malformed";
	if (!isTimelySignature(message, signature, now)) return "wrong-time";
	return bodyFault(message, covers("digest"));
}

function isTimelySignature(
	message: SignedMessage,
	{ covered, created, expires }: CavageSignature,
	now: number,
): boolean {
	const until = covered.includes("(expires)") ? (expires ?? Number.NaN) * 1000 : undefined;
	const dateFits = !covered.includes("date") || isTimely(now, Date.parse(headerValue(message, "date") ?? ""), until);
	const createdFits = !covered.includes("(created)") || isTimely(now, (created ?? Number.NaN) * 1000, until);
	return dateFits && createdFits;
}

function bodyFault(message: SignedMessage, covered: boolean): SignatureFault | undefined {
	if (!mustCoverBody(message.method) && message.body.length === 0) return undefined;
	const digest = headerValue(message, "digest");
	if (!covered || digest === undefined) return "not-covered";
	return digestMatches(digest, message.body) ? undefined : "digest-mismatch";
}

/** The signed text for a request target; `undefined` when a covered header is missing. */
function signedLines(
	message: SignedMessage,
	signature: CavageSignature,
	host: string,
): ((target: string) => Buffer) | undefined {
	const values = signature.covered.map((name) => {
		switch (name) {
			case "(request-target)":
				return "";
			case "(created)":
				return signature.created?.toString();
			case "(expires)":
				return signature.expires?.toString();
			case "host":
				return host;
			default:
				return headerValue(message, name);
		}
	});
	if (values.includes(undefined)) return undefined;
	const method = message.method.toLowerCase();
	return (target) => {
		const lines = signature.covered.map((name, index) =>
			name === "(request-target)" ? `${name}: ${method} ${target}` : `${name}: ${values[index]}`,
		);
		return Buffer.from(lines.join("\n"));
	};
}

/** Senders disagree on whether the query is part of the request target. */
function targetsOf(path: string): string[] {
	const query = path.indexOf("?");
	return query === -1 ? [path] : [path, path.slice(0, query)];
}

/** `hs2019` leaves the hash to the key; in practice it is RSA with SHA-256 or SHA-512. */
function readingsFor(key: KeyObject, algorithm: string | undefined, bases: readonly Buffer[]): Reading[] {
	if (key.asymmetricKeyType === "ed25519") {
		return algorithm === "rsa-sha256" ? [] : bases.map((base) => ({ base, hash: null }));
	}
	const hashes = algorithm === "hs2019" ? (["sha256", "sha512"] as const) : (["sha256"] as const);
	return hashes.flatMap((hash) => bases.map((base) => ({ base, hash })));
}
