import type { BridgeRequest, BridgeResponse } from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import { cached, notFound } from "./answers.ts";

const cors = { "access-control-allow-origin": "*" };
const SCHEMA = "http://nodeinfo.diaspora.software/ns/schema";
/** The versions of NodeInfo that are served. They have the same members: what 2.1 added is optional. */
const versions = ["2.1", "2.0"] as const;

/** `GET /.well-known/nodeinfo` */
export function serveNodeInfoLinks({ host }: PublishingContext, request: BridgeRequest): BridgeResponse {
	const links = [
		...versions.map((version) => ({ rel: `${SCHEMA}/${version}`, href: `${host.about.origin}/nodeinfo/${version}` })),
		{ rel: "https://www.w3.org/ns/activitystreams#Application", href: `${host.about.origin}/actor` },
	];
	return json(request, { links }, "application/json; charset=utf-8");
}

/** `GET /nodeinfo/2.0` and `/nodeinfo/2.1` (FEP-f1d5) */
export async function serveNodeInfo(
	{ host }: PublishingContext,
	request: BridgeRequest,
	name: string,
): Promise<BridgeResponse> {
	const version = versions.find((known) => known === name);
	if (version === undefined) return notFound();
	const { users: total, activeMonth, activeHalfyear, posts } = await host.people.usage();
	const { instance } = host.about;
	const info = {
		version,
		software: { name: "causeway", version: instance.version },
		protocols: ["activitypub"],
		services: { inbound: [], outbound: [] },
		openRegistrations: instance.openRegistration,
		usage: { users: { total, activeMonth, activeHalfyear }, localPosts: posts },
		metadata: { nodeName: instance.name, nodeDescription: instance.description },
	};
	return json(request, info, `application/json; profile="${SCHEMA}/${version}#"; charset=utf-8`);
}

/** `GET /.well-known/host-meta` (RFC 6415) */
export function serveHostMeta({ host }: PublishingContext, request: BridgeRequest): BridgeResponse {
	const xrd = `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/jrd+json" template="${template(host.about.origin)}"/>
</XRD>
`;
	return cached(request, Buffer.from(xrd), "application/xrd+xml; charset=utf-8", 200, cors);
}

/** `GET /.well-known/host-meta.json` (RFC 6415, appendix A) */
export function serveHostMetaJson({ host }: PublishingContext, request: BridgeRequest): BridgeResponse {
	return json(
		request,
		{ links: [{ rel: "lrdd", type: "application/jrd+json", template: template(host.about.origin) }] },
		"application/json; charset=utf-8",
	);
}

const template = (origin: string): string => `${origin}/.well-known/webfinger?resource={uri}`;
const json = (request: BridgeRequest, content: object, type: string): BridgeResponse =>
	cached(request, Buffer.from(JSON.stringify(content)), type, 200, cors);
