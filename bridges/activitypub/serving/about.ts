import type { BridgeRequest, BridgeResponse } from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import { cached } from "./answers.ts";

const cors = { "access-control-allow-origin": "*" };
const SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/2.1";

/** `GET /.well-known/nodeinfo` */
export function serveNodeInfoLinks({ host }: PublishingContext, request: BridgeRequest): BridgeResponse {
	const links = [
		{ rel: SCHEMA, href: `${host.about.origin}/nodeinfo/2.1` },
		{ rel: "https://www.w3.org/ns/activitystreams#Application", href: `${host.about.origin}/actor` },
	];
	return json(request, { links }, "application/json; charset=utf-8");
}

/** `GET /nodeinfo/2.1` (NodeInfo 2.1, FEP-f1d5) */
export async function serveNodeInfo({ host }: PublishingContext, request: BridgeRequest): Promise<BridgeResponse> {
	const accounts = await host.people.localCount();
	const messages = await host.messages.totalCount();
	const { name, description, version, openRegistration } = host.about.instance;
	const info = {
		version: "2.1",
		software: { name: "causeway", version },
		protocols: ["activitypub"],
		services: { inbound: [], outbound: [] },
		openRegistrations: openRegistration,
		usage: { users: { total: accounts }, localPosts: messages },
		metadata: { nodeName: name, nodeDescription: description },
	};
	return json(request, info, `application/json; profile="${SCHEMA}#"; charset=utf-8`);
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
