import { type BridgeRequest, type BridgeResponse, JsonRefused, PayloadTooLarge, Unavailable } from "#bridge-kit";
import { HomeserverError } from "../homeserver.ts";
import { done, failure, refusal } from "./answers.ts";

/** The requests of a homeserver to an application service (AS v1.19). */
export interface Service {
	/** Processes a transaction; resolves when it is durable. */
	transaction(id: string, body: Buffer): Promise<void>;
	/** Whether a user is one of our ghosts; registers it if its account exists. */
	hasUser(user: string): Promise<boolean>;
	hasAlias(alias: string): Promise<boolean>;
}

interface Route {
	readonly method: string;
	answer(argument: string, request: BridgeRequest): Promise<BridgeResponse>;
}

const root = "/_matrix/app/v1/";
/** The cap on a ping, which contains a transaction id. */
const smallBytes = 64 * 1024;

/**
 * The routes of the application service API. A well-formed transaction is answered 200 once it is stored: refusing one would hold
 * up all later ones.
 *
 * @param token the homeserver's token
 * @param maxBytes the cap on a transaction
 */
export function createRoutes(
	service: Service,
	token: string,
	maxBytes: number,
): (request: BridgeRequest) => Promise<BridgeResponse> {
	const routes: Readonly<Record<string, Route>> = {
		transactions: {
			method: "PUT",
			async answer(id, request) {
				await service.transaction(id, await request.body(maxBytes));
				return done;
			},
		},
		users: {
			method: "GET",
			answer: async (user) =>
				(await service.hasUser(user)) ? done : failure(404, "M_NOT_FOUND", "There is no such user"),
		},
		rooms: {
			method: "GET",
			answer: async (alias) =>
				(await service.hasAlias(alias)) ? done : failure(404, "M_NOT_FOUND", "There is no such room"),
		},
		ping: {
			method: "POST",
			async answer(_none, request) {
				await request.body(smallBytes);
				return done;
			},
		},
	};

	function routeOf(name: string, argument: string, more: readonly string[]): Route | undefined {
		const isWhole = more.length === 0 && (argument === "") === (name === "ping");
		return isWhole && Object.hasOwn(routes, name) ? routes[name] : undefined;
	}

	return async (request) => {
		const refused = refusal(request, token);
		if (refused !== undefined) return refused;
		const rest = request.path.startsWith(root) ? request.path.slice(root.length) : "";
		const [name = "", argument = "", ...more] = rest.split("/");
		const route = routeOf(name, argument, more);
		if (route === undefined) return failure(404, "M_UNRECOGNIZED", "There is no such endpoint");
		if (request.method !== route.method) return failure(405, "M_UNRECOGNIZED", `This endpoint takes ${route.method}`);
		try {
			return await route.answer(decodeURIComponent(argument), request);
		} catch (error) {
			return explain(error);
		}
	};
}

/** A fault of ours is never a 4xx, so that the homeserver tries again. */
function explain(error: unknown): BridgeResponse {
	if (error instanceof JsonRefused)
		return failure(400, error.expected === "valid JSON" ? "M_NOT_JSON" : "M_BAD_JSON", error.message);
	if (error instanceof URIError) return failure(400, "M_INVALID_PARAM", "The path is not percent-encoded UTF-8");
	if (error instanceof PayloadTooLarge) return failure(413, "M_TOO_LARGE", error.message);
	if (error instanceof Unavailable) return failure(503, "M_UNKNOWN", error.message);
	if (error instanceof HomeserverError) return failure(503, "M_UNKNOWN", "The homeserver itself could not be asked");
	throw error;
}
