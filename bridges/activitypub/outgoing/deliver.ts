import type { KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import {
	type Bridge,
	type BridgeHost,
	createGate,
	type Delivery,
	type DeliveryResult,
	type OutboundResponse,
} from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import { signRequest } from "../signatures/index.ts";
import { activitiesOf } from "./activities.ts";
import { outcomeOf, outcomeOfFailure } from "./outcome.ts";

/** An activity ready to be signed for any target. */
interface Packet {
	readonly id: string;
	readonly signer: string;
	readonly body: string;
}

/**
 * Signatures that are made at a time: enough to keep the processors busy, and so few that whoever asks something of the
 * provider meanwhile does not wait behind a thousand hosts.
 */
const maxSigning = 48;

/** Characters of bodies that are kept for further targets. */
const maxKept = 16 * 1024 * 1024;

/** Sends deliveries: one signed POST per activity, in order. What goes to a thousand hosts is written once. */
export function createDeliver(context: PublishingContext, host: Pick<BridgeHost, "clock" | "http">): Bridge["deliver"] {
	const { ids, keys } = context;
	const signing = createGate({ width: maxSigning });
	const written = new LRUCache<string, readonly Packet[]>({
		maxSize: maxKept,
		sizeCalculation: (packets) => packets.reduce((sum, { body }) => sum + body.length, 1),
	});
	const writing = new Map<string, Promise<readonly Packet[]>>();

	async function packetsOf(delivery: Delivery): Promise<readonly Packet[]> {
		const key = `${delivery.id} ${"subject" in delivery ? delivery.subject.message.changed : delivery.actor.updatedAt}`;
		const known = written.get(key) ?? writing.get(key);
		if (known !== undefined) return known;
		const started = writePackets(delivery).finally(() => writing.delete(key));
		writing.set(key, started);
		const packets = await started;
		written.set(key, packets);
		return packets;
	}

	async function writePackets(delivery: Delivery): Promise<readonly Packet[]> {
		const activities = await activitiesOf(context, delivery);
		return activities.map(({ signer, activity }) => ({ id: activity.id, signer, body: JSON.stringify(activity) }));
	}

	async function post({ signer, body }: Packet, url: URL, signal: AbortSignal): Promise<DeliveryResult> {
		const { privateKey } = await keys.of(signer);
		try {
			const { answer } = await sendSigned({ signer, body, privateKey }, url, signal);
			return outcomeOf(await answer, host.clock.now());
		} catch (failure) {
			return outcomeOfFailure(failure);
		}
	}

	/** Resolves when the request is on its way; only what happens until then is rationed. */
	function sendSigned(
		{ signer, body, privateKey }: { signer: string; body: string; privateKey: KeyObject },
		url: URL,
		signal: AbortSignal,
	): Promise<{ readonly answer: Promise<OutboundResponse> }> {
		return signing.run(async () => {
			const date = host.clock.now();
			const signed = await signRequest({ method: "POST", url, body, keyId: ids.keyId(signer), privateKey, date });
			const headers = { ...signed, "content-type": "application/activity+json" };
			return { answer: host.http.request({ method: "POST", url, body, signal, headers, maxBytes: 65_536 }) };
		});
	}

	return async (delivery, signal, progress) => {
		const url = URL.parse(delivery.reach.target);
		if (url === null) return { status: "rejected", reason: "invalid", detail: "not a URL" };
		const packets = await packetsOf(delivery);
		if (packets.length === 0) return { status: "rejected", reason: "unsupported" };
		const sent = [...(delivery.sent ?? [])];
		const left = packets.filter(({ id }) => !sent.includes(id));
		for (const packet of left) {
			const result = await post(packet, url, signal);
			if (result.status !== "delivered") return result;
			sent.push(packet.id);
			if (packet !== left.at(-1)) await progress?.(sent);
		}
		// A reaction is taken back by its activity's id; what we said is recognised by its URL and needs no link.
		const first = packets[0];
		return delivery.kind === "reaction" && first !== undefined
			? { status: "delivered", ids: [first.id] }
			: { status: "delivered" };
	};
}
