import { type BridgeRequest, type BridgeResponse, parseId } from "#bridge-kit";
import { hasActor } from "../actors.ts";
import { createCache } from "../cache.ts";
import type { PublishingContext, ServingContext } from "../context.ts";
import { serveHostMeta, serveHostMetaJson, serveNodeInfo, serveNodeInfoLinks } from "./about.ts";
import { serveAccount, serveChannel, serveInstance } from "./actor-routes.ts";
import { notAllowed, notFound, problem } from "./answers.ts";
import { serveActivity, serveObject } from "./objects.ts";
import type { ServeToReader } from "./readers.ts";
import { serveWebFinger } from "./webfinger.ts";

/** The first path segments that this bridge serves. */
export const paths = [
	"inbox",
	"users",
	"channels",
	"objects",
	"activities",
	"actor",
	"nodeinfo",
	".well-known/webfinger",
	".well-known/nodeinfo",
	".well-known/host-meta",
	".well-known/host-meta.json",
] as const;

type Serve = (
	context: ServingContext,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
) => BridgeResponse | Promise<BridgeResponse>;

/** By the first segment; `name` and `part` are the two segments that may follow. */
const reads = new Map<string, Serve>([
	["users", serveAccount],
	["channels", serveChannel],
	["objects", serveObject],
	["activities", serveActivity],
	["actor", (context, request, name) => serveInstance(context, request, name === "" ? undefined : name)],
	[
		"nodeinfo",
		(context, request, name, part) => (part === undefined ? serveNodeInfo(context, request, name) : notFound()),
	],
]);

const wellKnown = new Map<string, Serve>([
	["webfinger", serveWebFinger],
	["nodeinfo", serveNodeInfoLinks],
	["host-meta", serveHostMeta],
	["host-meta.json", serveHostMetaJson],
]);

/** What is served to certain readers, or to signed requests, only. WebFinger, NodeInfo and the provider's own actor are for everyone. */
const guarded: ReadonlySet<string> = new Set(["users", "channels", "objects", "activities"]);

/** How long the existence of an inbox is cached, in milliseconds, so that a busy inbox does not read the store for each request. */
const believedMs = 10_000;

export function createRouter(
	context: PublishingContext,
	inbox: (request: BridgeRequest) => Promise<BridgeResponse>,
	toReader: ServeToReader,
): (request: BridgeRequest) => Promise<BridgeResponse> {
	const inboxes = createCache<true>(5_000, believedMs);

	return async (request) => {
		const [root = "", name = "", part, ...rest] = request.path.slice(1).split("/");
		if (root === "inbox" && name === "") return inbox(request);
		if (rest.length > 0) return notFound();
		if (part === "inbox" || (root === "actor" && name === "inbox" && part === undefined))
			return deliver(request, root, name);
		const serve = root === ".well-known" ? wellKnown.get(name) : reads.get(root);
		if (serve === undefined) return notFound();
		if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
		if (!guarded.has(root)) return serve(context, request, name, part);
		return toReader(request, async (reader) =>
			serve(reader === undefined ? context : { ...context, reader }, request, name, part),
		);
	};

	/** An actor's inbox accepts what the shared one does, as long as the actor exists. */
	async function deliver(request: BridgeRequest, root: string, name: string): Promise<BridgeResponse> {
		if (root === "actor") return inbox(request);
		if (inboxes.get(name) === true) return inbox(request);
		const state = await stateOf(root, name);
		if (state === "absent") return notFound();
		if (state === "gone") return problem(410, "Gone");
		inboxes.set(name, true);
		return inbox(request);
	}

	async function stateOf(root: string, name: string): Promise<"here" | "gone" | "absent"> {
		const { host } = context;
		if (root === "channels") {
			const channel = parseId("chn", name);
			return channel !== undefined && (await host.messages.openChannel(channel)) !== undefined ? "here" : "absent";
		}
		const id = root === "users" ? parseId("usr", name) : undefined;
		const account = id === undefined ? undefined : await host.people.account(id);
		if (account === undefined || !hasActor(host, account)) return "absent";
		return account.deletedAt === undefined ? "here" : "gone";
	}
}
