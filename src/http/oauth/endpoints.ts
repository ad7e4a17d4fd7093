import type { Middleware } from "koa";
import type { Endpoint } from "../base/table-door.ts";

/** The library's endpoints: the routes that `provider.ts` configures, and those that the library adds below them. */
const methods = {
	"/.well-known/jwks.json": ["GET"],
	"/.well-known/oauth-authorization-server": ["GET"],
	"/.well-known/openid-configuration": ["GET"],
	"/oauth/authorize": ["GET", "POST"],
	"/oauth/authorize/:uid": ["GET"],
	"/oauth/device": ["GET", "POST"],
	"/oauth/device/:uid": ["GET"],
	"/oauth/device_authorization": ["POST"],
	"/oauth/introspect": ["POST"],
	"/oauth/logout": ["GET", "POST"],
	"/oauth/logout/confirm": ["POST"],
	"/oauth/logout/success": ["GET"],
	"/oauth/register": ["POST"],
	"/oauth/register/:client": ["GET", "PUT", "DELETE"],
	"/oauth/revoke": ["POST"],
	"/oauth/token": ["POST"],
	"/oauth/userinfo": ["GET", "POST"],
} as const satisfies Readonly<Record<string, readonly Endpoint["method"][]>>;

const clientEndpoints =
	/^\/(?:\.well-known\/|oauth\/(?:token|introspect|revoke|userinfo|device_authorization|register(?:\/[^/]*)?)$)/;

/** True for an endpoint that clients call directly. All others are pages, which scripts of other origins may not read. */
export const isClientEndpoint = (path: string): boolean => clientEndpoints.test(path);

/** Listed here because the library's own router ignores case and trailing slashes, and answers 404 to other methods. */
export const endpointsOf = (answer: Middleware): readonly Endpoint[] =>
	Object.entries(methods).flatMap(([path, names]) => names.map((method) => ({ method, path, answer })));
