import { z } from "zod";
import { scopeNames } from "#core/identity/scopes.ts";
import { json, ok } from "../base/answers.ts";
import { etagOf } from "../base/conditional.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** Where the API names the authorization server that it trusts (RFC 9728 §3.1). */
export const resourceMetadataPath = "/.well-known/oauth-protected-resource";

const wireMetadata = z
	.strictObject({
		resource: z.string(),
		authorization_servers: z.array(z.string()),
		bearer_methods_supported: z.array(z.literal("header")),
		scopes_supported: z.array(z.string()),
		resource_name: z.string(),
	})
	.meta({ id: "ResourceMetadata", description: "OAuth 2.0 Protected Resource Metadata (RFC 9728)." });

const answers = { 200: json(wireMetadata, "ETag") };
const ofOrigin = operation("getResourceMetadata", "Get the OAuth metadata of the origin", { answers });
const ofApi = operation("getApiResourceMetadata", "Get the OAuth metadata of the API", { answers });

/** The metadata of two resources: the origin, and the API below it. */
export function protectedResourceRoutes({ context: { origin }, instance }: Services) {
	const metadataOf = (resource: string) => async () => {
		const body = {
			resource,
			authorization_servers: [origin],
			bearer_methods_supported: ["header" as const],
			scopes_supported: scopeNames,
			resource_name: instance.name,
		};
		return ok(body, { ETag: etagOf(body), "Cache-Control": "public, max-age=3600" });
	};
	return [
		route("GET", resourceMetadataPath, "none", "read", ofOrigin, metadataOf(origin)),
		route("GET", `${resourceMetadataPath}/api`, "none", "read", ofApi, metadataOf(`${origin}/api`)),
	];
}
