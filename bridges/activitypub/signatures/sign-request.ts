import { type KeyObject, sign } from "node:crypto";
import { digestOf } from "./digest.ts";

export interface SigningOptions {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	readonly url: URL;
	/** Must be given if the request has one, since its digest is signed too. */
	readonly body?: string | Uint8Array;
	/** The signing key's id: `<actor id>#main-key`. */
	readonly keyId: string;
	/** RSA, parsed. */
	readonly privateKey: KeyObject;
	/** Milliseconds since 1970; default now. */
	readonly date?: number;
}

/**
 * The headers that sign a request after draft-cavage-http-signatures-12 (`rsa-sha256`): `host`, `date`, with a body
 * `digest`, and `signature`. All servers accept it; few accept RFC 9421 (reference: pitfalls of double-knocking).
 * The signing itself runs on the thread pool.
 */
export async function signRequest(options: SigningOptions): Promise<Record<string, string>> {
	const { method, url, body, keyId, privateKey } = options;
	const { host } = url;
	const date = httpDate(options.date ?? Date.now());
	const target = `(request-target): ${method.toLowerCase()} ${url.pathname}${url.search}\nhost: ${host}\ndate: ${date}`;
	if (body === undefined) {
		const signature = await signText(target, privateKey);
		return { host, date, signature: signatureHeader(keyId, "(request-target) host date", signature) };
	}
	const digest = digestOf(body);
	const signature = await signText(`${target}\ndigest: ${digest}`, privateKey);
	return { host, date, digest, signature: signatureHeader(keyId, "(request-target) host date digest", signature) };
}

function signatureHeader(keyId: string, headers: string, signature: string): string {
	return `keyId="${keyId}",algorithm="rsa-sha256",headers="${headers}",signature="${signature}"`;
}

function signText(text: string, key: KeyObject): Promise<string> {
	return new Promise((resolve, reject) => {
		sign("sha256", Buffer.from(text), key, (error, signature) => {
			if (error) reject(error);
			else resolve(signature.toString("base64"));
		});
	});
}

let lastSecond = Number.NaN;
let lastDate = "";

/** Formatted once a second. */
function httpDate(time: number): string {
	const second = Math.floor(time / 1000);
	if (second !== lastSecond) {
		lastSecond = second;
		lastDate = new Date(time).toUTCString();
	}
	return lastDate;
}
