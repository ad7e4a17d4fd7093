import { versionOf } from "#core/federation/document-version.ts";
import { type PublishedKey, providerKeys } from "#core/federation/provider-key.ts";
import { listTiers } from "#core/groups/tiers.ts";
import { messageTypes } from "#core/model/message.ts";
import { etagOf, unchanged } from "../base/conditional.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";
import { metaUri, schemaIds } from "./metadata.ts";

/** How long other providers may keep the document, in seconds; less than the day that OFSCP §3.1 allows. */
const maxAge = 3600;

export function discoveryRoutes(services: Services) {
	const { world, secrets } = services;
	let made: { readonly text: string; readonly etag: string; readonly body: object } | undefined;

	/** The document with its version, which grows whenever it says something else than before, restarts included. */
	async function current() {
		// A command beside this process may have rotated the keys.
		const document = documentOf(services, {
			keys: await providerKeys(secrets, world.clock),
			tiers: (await listTiers(world)).map(({ id }) => id),
		});
		const text = JSON.stringify(document);
		if (made?.text === text) return made;
		const version = `0.1.${await versionOf(world, "ofscp-provider", text)}`;
		const { domain, ...rest } = document.provider;
		const body = { ...document, provider: { domain, version, ...rest } };
		const etag = etagOf(body);
		made = { text, etag, body };
		return made;
	}

	return [
		route("GET", "/.well-known/ofscp-provider", "none", "read", { answers: [200, 304] }, async ({ header }) => {
			const { etag, body } = await current();
			const headers = { ETag: etag, "Cache-Control": `public, max-age=${maxAge}` };
			if (unchanged(etag, header)) return { status: 304, headers };
			return { status: 200, headers, body };
		}),
	];
}

/** OFSCP §3.1 with the names of its later revisions beside those of the seed. Nothing is named that is not there. */
function documentOf(
	{ world: { origin, domain }, bridges, instance }: Services,
	{ keys, tiers }: { readonly keys: readonly PublishedKey[]; readonly tiers: readonly string[] },
) {
	return {
		provider: {
			domain,
			protocolVersion: "0.1.0",
			software: { name: "causeway", version: instance.version },
			contact: contactOf(instance.contact, origin),
			publicKeys: keys.map(({ kid, publicKey, createdAt }) => ({
				use: "sig",
				alg: "ed25519",
				key: publicKey,
				kid,
				key_id: kid,
				algorithm: "Ed25519",
				public_key: publicKey,
				created_at: timeOf(createdAt),
			})),
			authentication: {
				issuer: origin,
				authorization_endpoint: `${origin}/oauth/authorize`,
				token_endpoint: `${origin}/oauth/token`,
				userinfo_endpoint: `${origin}/oauth/userinfo`,
				jwks_uri: `${origin}/.well-known/jwks.json`,
				login_endpoint: `${origin}/api/auth/login`,
				registration_endpoint: `${origin}/api/auth/register`,
			},
		},
		capabilities: {
			messageTypes: [...messageTypes, "reaction"],
			discoverability: tiers,
			tiers,
			metadataSchemas: schemaIds.map((id) => ({ id, uri: metaUri(origin, id) })),
			realtime: ["sse"],
			bridges: bridges.map((bridge) => bridge.name),
		},
		endpoints: {
			identity: `${origin}/api/identity`,
			groups: `${origin}/api/groups`,
			notifications: `${origin}/api/notifications`,
			tiers: `${origin}/api/tiers`,
		},
	};
}

function contactOf(contact: string, origin: string): string {
	if (contact === "") return `${origin}/`;
	return URL.canParse(contact) ? contact : `mailto:${contact}`;
}
