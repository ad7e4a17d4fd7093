import {
	type BridgeHost,
	type BridgeRequest,
	type BridgeResponse,
	type IgnoredReason,
	JsonRefused,
	PayloadTooLarge,
	parseRemoteJson,
	type Received,
} from "#bridge-kit";
import { readActivity } from "./incoming/activities.ts";
import type { InboxContext } from "./incoming/reader.ts";
import { Refused } from "./incoming/refused.ts";
import { keptRaw } from "./kept-raw.ts";
import { normalise } from "./normalise.ts";
import { idOf, isJson, type Json, sameOrigin, typeOf } from "./reading.ts";
import { RemoteUnavailable } from "./remote/fetch-document.ts";
import { personOfAccount } from "./remote/person.ts";
import { notAllowed, problem } from "./serving/answers.ts";
import { type KeyCache, verifyRequest } from "./signatures/index.ts";

const accepted: BridgeResponse = { status: 202, headers: { "content-type": "text/plain; charset=utf-8" }, body: "" };
/** JSON-LD keywords that rearrange a document (CVE-2026-42462); no server sends them in an activity. */
const reshaping = ["@graph", "@reverse", "@included"];

/**
 * The shared inbox and those of the actors; all of them accept any activity. The order of the checks is the rule of design §9:
 * size and type, then the sender, then the content. 202 means that the activity is durable or irrelevant here.
 */
export function createInbox(
	context: InboxContext,
	host: Pick<BridgeHost, "about" | "clock" | "limits" | "logger" | "people" | "receive">,
	keys: KeyCache,
): (request: BridgeRequest) => Promise<BridgeResponse> {
	return async (request) => {
		if (request.method !== "POST") return notAllowed("POST");
		if (!isJsonType(request.headers["content-type"]))
			return problem(415, "Unsupported media type", "Expected application/activity+json");
		try {
			return await take(request, await request.body(host.limits.bodyBytes));
		} catch (error) {
			if (error instanceof PayloadTooLarge) return problem(413, "Too large", error.message);
			if (error instanceof JsonRefused) return problem(400, "Malformed", error.message);
			if (error instanceof Refused) return problem(error.status, "Refused", error.message);
			if (!(error instanceof RemoteUnavailable)) throw error;
			host.logger.info({ err: error }, "An activity is refused until its sender's server answers");
			return tryLater("A document of the sender's server could not be fetched");
		}
	};

	async function take({ method, path, query, headers }: BridgeRequest, body: Buffer): Promise<BridgeResponse> {
		const message = { method, path: path + query, headers, body };
		const verification = await verifyRequest(message, {
			origin: host.about.origin,
			resolveKey: keys.resolve,
			now: host.clock.now(),
		});
		if (verification.outcome === "failed") {
			if (
				verification.reason === "unknown-key" &&
				(await isDeletedActor(body.toString("utf8"), verification.keyId ?? ""))
			)
				return accepted;
			if (verification.reason === "key-unavailable") return tryLater("The key of the signature could not be fetched");
			return problem(401, "Not authenticated", `The signature is not accepted: ${verification.reason}`);
		}
		const text = body.toString("utf8");
		const raw = parse(text);
		const event = await readActivity(context, await normalise(text, raw), verification.owner, raw);
		if (event === undefined) return accepted;
		const [received] = await host.receive([event]);
		return answerTo(received);
	}

	function parse(text: string): Json {
		const value = parseRemoteJson(text, { depth: host.limits.jsonDepth, nodes: host.limits.jsonNodes });
		if (!isJson(value)) throw new Refused(400, "An activity is a JSON object");
		if (reshaping.some((word) => word in value))
			throw new Refused(400, "The document uses JSON-LD keywords that rearrange it");
		return value;
	}

	/**
	 * Accepts the `Delete` of an actor whose key can't be fetched any more. It can't be verified, and need not be: for an actor
	 * whom we know, its own server is asked whether it is gone; for others there is nothing to delete. A server that refused it
	 * would receive it again and again (reference §5.6).
	 */
	async function isDeletedActor(text: string, keyId: string): Promise<boolean> {
		let activity: Json;
		try {
			activity = await normalise(text, parse(text));
		} catch {
			return false;
		}
		const actor = idOf(activity["actor"]);
		if (
			typeOf(activity) !== "Delete" ||
			actor === undefined ||
			idOf(activity["object"]) !== actor ||
			!sameOrigin(actor, keyId)
		)
			return false;
		if (!(await context.directory.isGone(actor))) return false;
		const account = await host.people.byRemote(actor);
		const sender =
			account === undefined || account.deletedAt !== undefined
				? undefined
				: personOfAccount(account, host.about.domain);
		if (sender !== undefined)
			await host.receive([{ kind: "gone", id: `${actor}#gone`, sender, raw: keptRaw(activity) }]);
		return true;
	}
}

const tryLater = (detail: string): BridgeResponse =>
	problem(503, "Temporarily unavailable", detail, { "retry-after": "60" });

function answerTo(received: Received | undefined): BridgeResponse {
	if (received?.status !== "ignored") return accepted;
	const { reason } = received;
	return isRefusal[reason] ? problem(403, "Not allowed", `Ignored: ${reason}`) : accepted;
}

/** Whether an ignored activity is answered 403; otherwise it is answered 202, since sending it again would not help. */
const isRefusal: Readonly<Record<IgnoredReason, boolean>> = {
	"not-owner": true,
	"not-allowed": true,
	"unknown-place": false,
	"unknown-target": false,
	gone: false,
};

function isJsonType(contentType: string | undefined): boolean {
	const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
	return type === "application/activity+json" || type === "application/ld+json" || type === "application/json";
}
