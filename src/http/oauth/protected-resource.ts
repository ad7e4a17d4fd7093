import { scopeNames } from "#core/identity/scopes.ts";
import { ok, route } from "../route.ts";
import type { Services } from "../services.ts";

/** Where the API says by whose tokens it is opened (RFC 9728 §3.1). */
export const resourceMetadataPath = "/.well-known/oauth-protected-resource";

const headers = { "Cache-Control": "public, max-age=3600" };

/** The metadata of the origin as a resource, and of the API below it. */
export function protectedResourceRoutes({ world: { origin }, instance }: Services) {
	const metadata = (resource: string) => ({
		resource,
		authorization_servers: [origin],
		bearer_methods_supported: ["header"],
		scopes_supported: scopeNames,
		resource_name: instance.name,
	});
	return [
		route("GET", resourceMetadataPath, "none", "read", {}, async () => ok(metadata(origin), headers)),
		route("GET", `${resourceMetadataPath}/api`, "none", "read", {}, async () => ok(metadata(`${origin}/api`), headers)),
	];
}
