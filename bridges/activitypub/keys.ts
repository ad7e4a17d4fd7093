import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { BridgeHost } from "#bridge-kit";
import { createCache } from "./cache.ts";

/** The key of one of our actors. */
export interface ActorKey {
	/** Parsed once: parsing a PEM costs more than a signature. */
	readonly privateKey: KeyObject;
	readonly publicKeyPem: string;
}

/** The keys of our actors: RSA-2048, generated when first needed, encrypted at rest. */
export interface ActorKeys {
	/** @param actor the actor's id */
	of(actor: string): Promise<ActorKey>;
}

interface StoredKey {
	readonly privateKeyPem: string;
	readonly publicKeyPem: string;
}

const generate = promisify(generateKeyPair);

export function createActorKeys(host: Pick<BridgeHost, "about" | "secrets">): ActorKeys {
	const known = createCache<ActorKey>(2_000);
	const loading = new Map<string, Promise<ActorKey>>();

	async function load(actor: string): Promise<ActorKey> {
		const name = `key:${actor.slice(host.about.origin.length + 1)}`;
		const stored = ((await host.secrets.get(name)) ??
			(await host.secrets.setIfAbsent(name, await make()))) as StoredKey;
		const key = { privateKey: createPrivateKey(stored.privateKeyPem), publicKeyPem: stored.publicKeyPem };
		known.set(actor, key);
		return key;
	}

	return {
		async of(actor) {
			const cached = known.get(actor);
			if (cached !== undefined) return cached;
			const running = loading.get(actor) ?? load(actor).finally(() => loading.delete(actor));
			loading.set(actor, running);
			return running;
		},
	};
}

async function make(): Promise<StoredKey> {
	const { privateKey, publicKey } = await generate("rsa", {
		modulusLength: 2048,
		publicKeyEncoding: { type: "spki", format: "pem" },
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
	});
	return { privateKeyPem: privateKey, publicKeyPem: publicKey };
}
