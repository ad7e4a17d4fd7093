import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { WebAuthnJson } from "#core/ports/factors.ts";

const hash = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();
const b64 = (data: Uint8Array | string): string => Buffer.from(data).toString("base64url");

/** Behaviour that a test can change. */
interface Behaviour {
	readonly origin?: string;
	/** False: it does not verify its user. */
	readonly verifies?: boolean;
	/** The value of its signature counter; absent: one more than before. */
	readonly counter?: number;
}

/** An authenticator's passkey as JSON. */
export interface WrittenPasskey {
	/** base64url */
	readonly id: string;
	/** PEM */
	readonly privateKey: string;
	readonly counter: number;
}

/**
 * An authenticator with a browser in front of it (WebAuthn level 3, §6 and §7): one ES256 passkey, no attestation.
 *
 * @param written its passkey; absent: a new one
 */
export function createAuthenticator(origin: string, written?: WrittenPasskey) {
	const privateKey =
		written === undefined
			? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
			: createPrivateKey(written.privateKey);
	const publicKey = createPublicKey(privateKey);
	const id = written === undefined ? randomBytes(32) : Buffer.from(written.id, "base64url");
	let counter = written?.counter ?? 0;

	const clientData = (type: string, { challenge }: WebAuthnJson, at: string): Buffer =>
		Buffer.from(JSON.stringify({ type, challenge, origin: at, crossOrigin: false }));

	function authData(at: string, flags: number, count: number): Buffer {
		const counted = Buffer.alloc(4);
		counted.writeUInt32BE(count);
		return Buffer.concat([hash(new URL(at).hostname), Buffer.from([flags]), counted]);
	}

	/** COSE_Key: EC2, ES256, P-256, x, y. */
	function coseKey(): Buffer {
		const { x = "", y = "" } = publicKey.export({ format: "jwk" });
		const bytes = (of: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(of, "base64url")]);
		return Buffer.concat([
			Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
			bytes(x),
			Buffer.from([0x22]),
			bytes(y),
		]);
	}

	const named = (response: object) => ({
		id: b64(id),
		rawId: b64(id),
		type: "public-key",
		clientExtensionResults: {},
		response,
	});

	return {
		write: (): WrittenPasskey => ({
			id: b64(id),
			privateKey: privateKey.export({ format: "pem", type: "pkcs8" }) as string,
			counter,
		}),
		/** `navigator.credentials.create()` */
		create(options: WebAuthnJson, { origin: at = origin, verifies = true }: Behaviour = {}) {
			const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseKey()]);
			const data = Buffer.concat([authData(at, 0x41 | (verifies ? 4 : 0), counter), credential]);
			const attestationObject = Buffer.concat([
				Buffer.from([0xa3, 0x63]),
				Buffer.from("fmt"),
				Buffer.from([0x64]),
				Buffer.from("none"),
				Buffer.from([0x67]),
				Buffer.from("attStmt"),
				Buffer.from([0xa0, 0x68]),
				Buffer.from("authData"),
				Buffer.from([0x58, data.length]),
				data,
			]);
			return named({
				clientDataJSON: b64(clientData("webauthn.create", options, at)),
				attestationObject: b64(attestationObject),
				transports: ["internal"],
			});
		},
		/** `navigator.credentials.get()` */
		get(options: WebAuthnJson, { origin: at = origin, verifies = true, counter: next = counter + 1 }: Behaviour = {}) {
			counter = next;
			const client = clientData("webauthn.get", options, at);
			const data = authData(at, 0x01 | (verifies ? 4 : 0), counter);
			const signature = sign("sha256", Buffer.concat([data, hash(client)]), privateKey);
			return named({ clientDataJSON: b64(client), authenticatorData: b64(data), signature: b64(signature) });
		},
	};
}
