import test from "ava";
import { createPeers, PeerUnavailable, PeerUnusable } from "#core/federation/peers.ts";
import { type HttpClient, OutboundFailure } from "#core/ports/http-client.ts";

const failing = (kind: OutboundFailure["kind"]): HttpClient => ({
	request: async () => {
		throw new OutboundFailure(kind, kind);
	},
	deliver: async () => {
		throw new OutboundFailure(kind, kind);
	},
	stream: async () => {
		throw new OutboundFailure(kind, kind);
	},
	check: () => {},
	close: async () => {},
});

const failures = {
	refused: PeerUnusable,
	"too-large": PeerUnusable,
	network: PeerUnavailable,
	timeout: PeerUnavailable,
	busy: PeerUnavailable,
} as const satisfies Record<OutboundFailure["kind"], unknown>;

for (const [kind, expected] of Object.entries(failures))
	test(`a request to another provider that fails as ${kind} is reported as ${expected.name}`, async (t) => {
		const peers = createPeers(failing(kind as OutboundFailure["kind"]), { insecureLocalhost: false });
		await t.throwsAsync(peers.get(peers.url("b.example", "/.well-known/ofscp-provider")), { instanceOf: expected });
	});
