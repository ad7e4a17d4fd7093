import { scopeNames } from "#core/identity/scopes.ts";
import { etagOf, unchanged } from "../base/conditional.ts";
import { ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** Where the API says by whose tokens it is opened (RFC 9728 §3.1). */
export const resourceMetadataPath = "/.well-known/oauth-protected-resource";

/** The metadata of the origin as a resource, and of the API below it. */
export function protectedResourceRoutes({ world: { origin }, instance }: Services) {
	const metadata = (resource: string) => ({
		resource,
		authorization_servers: [origin],
		bearer_methods_supported: ["header"],
		scopes_supported: scopeNames,
		resource_name: instance.name,
	});
	const document = (path: string, resource: string) =>
		route("GET", path, "none", "read", { answers: [200, 304] }, async ({ header }) => {
			const body = metadata(resource);
			const headers = { ETag: etagOf(body), "Cache-Control": "public, max-age=3600" };
			return unchanged(headers.ETag, header) ? { status: 304, headers } : ok(body, headers);
		});
	return [document(resourceMetadataPath, origin), document(`${resourceMetadataPath}/api`, `${origin}/api`)];
}
