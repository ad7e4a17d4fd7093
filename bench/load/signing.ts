import { hash, type KeyObject, sign } from "node:crypto";

/** The headers of a POST with a digest that is signed as Mastodon signs it: draft-cavage-http-signatures-12, `rsa-sha256`. */
export interface SignedHeaders {
	readonly [name: string]: string;
	readonly host: string;
	readonly date: string;
	readonly digest: string;
	readonly signature: string;
}

/** Signs a POST on the thread pool. @param url the inbox */
export async function signedHeaders(url: URL, body: string, keyId: string, key: KeyObject): Promise<SignedHeaders> {
	const date = new Date().toUTCString();
	const digest = `SHA-256=${hash("sha256", body, "base64")}`;
	const text = `(request-target): post ${url.pathname}\nhost: ${url.host}\ndate: ${date}\ndigest: ${digest}`;
	const signature = await new Promise<string>((resolve, reject) => {
		sign("sha256", Buffer.from(text), key, (error, bytes) =>
			error ? reject(error) : resolve(bytes.toString("base64")),
		);
	});
	return {
		host: url.host,
		date,
		digest,
		"content-type": "application/activity+json",
		signature: `keyId="${keyId}",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="${signature}"`,
	};
}

/** Calls `work` with 0 to count − 1, at most `atOnce` of them concurrently. */
export async function together(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
	let next = 0;
	const line = async (): Promise<void> => {
		while (next < count) await work(next++);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, count) }, line));
}
