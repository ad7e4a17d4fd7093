import { z } from "zod";
import { versionOf } from "#core/federation/document-version.ts";
import { type PublishedKey, providerKeys } from "#core/federation/provider-key.ts";
import { listTiers } from "#core/groups/tiers.ts";
import { messageTypes } from "#core/model/message.ts";
import { json, ok, type Wire } from "../base/answers.ts";
import { etagOf } from "../base/conditional.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { metaUri, schemaIds } from "./metadata.ts";

/** How long other providers may cache the document, in seconds; less than the day that OFSCP §3.1 allows. */
const maxAge = 3600;

const publicKey = z.strictObject({
	use: z.literal("sig"),
	alg: z.literal("ed25519"),
	key: z.string(),
	kid: z.string(),
	key_id: z.string(),
	algorithm: z.literal("Ed25519"),
	public_key: z.string(),
	created_at: time,
});

const wireProvider = z
	.strictObject({
		provider: z.strictObject({
			domain: z.string(),
			version: z.string().meta({ description: "Increases whenever the document changes." }),
			protocolVersion: z.string(),
			software: z.strictObject({ name: z.string(), version: z.string() }),
			contact: z.string(),
			publicKeys: z.array(publicKey),
			authentication: z.strictObject({
				issuer: z.string(),
				authorization_endpoint: z.string(),
				token_endpoint: z.string(),
				userinfo_endpoint: z.string(),
				jwks_uri: z.string(),
				login_endpoint: z.string(),
				registration_endpoint: z.string(),
			}),
		}),
		capabilities: z.strictObject({
			messageTypes: z.array(z.string()),
			discoverability: z.array(z.string()),
			tiers: z.array(z.string()),
			metadataSchemas: z.array(z.strictObject({ id: z.string(), uri: z.string() })),
			realtime: z.array(z.literal("sse")),
			bridges: z.array(z.string()),
		}),
		endpoints: z.strictObject({
			identity: z.string(),
			groups: z.string(),
			tiers: z.string(),
		}),
	})
	.meta({ id: "ProviderDocument", description: "The discovery document of a provider (OFSCP §3.1)." });
type ProviderDocument = Wire<typeof wireProvider>;

const describing = operation("getProvider", "Get the document that describes this provider", {
	answers: { 200: json(wireProvider, "ETag") },
});

export function discoveryRoutes(services: Services) {
	const { context, secrets } = services;
	let made: { readonly text: string; readonly body: ProviderDocument } | undefined;

	/** The document with its version, which increases whenever the document changes, even across restarts. */
	async function current(): Promise<ProviderDocument> {
		// Another process (the CLI) may have rotated the keys.
		const document = documentOf(services, {
			keys: await providerKeys(secrets, context.clock),
			tiers: (await listTiers(context)).map(({ id }) => id),
		});
		const text = JSON.stringify(document);
		if (made?.text === text) return made.body;
		const version = `0.1.${await versionOf(context, "ofscp-provider", text)}`;
		const { domain, ...rest } = document.provider;
		const body = { ...document, provider: { domain, version, ...rest } };
		made = { text, body };
		return body;
	}

	return [
		route("GET", "/.well-known/ofscp-provider", "none", "read", describing, async () => {
			const body = await current();
			return ok(body, { ETag: etagOf(body), "Cache-Control": `public, max-age=${maxAge}` });
		}),
	];
}

interface Unversioned extends Omit<ProviderDocument, "provider"> {
	readonly provider: Omit<ProviderDocument["provider"], "version">;
}

/** OFSCP §3.1 with the member names of the seed and of its later revisions. Only existing features are listed. */
function documentOf(
	{ context: { origin, domain }, bridges, instance }: Services,
	{ keys, tiers }: { readonly keys: readonly PublishedKey[]; readonly tiers: string[] },
): Unversioned {
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
			tiers: `${origin}/api/tiers`,
		},
	};
}

function contactOf(contact: string, origin: string): string {
	if (contact === "") return `${origin}/`;
	return URL.canParse(contact) ? contact : `mailto:${contact}`;
}
