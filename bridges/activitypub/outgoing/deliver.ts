import type { KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import {
	type Bridge,
	type BridgeHost,
	createGate,
	type Delivery,
	type DeliveryResult,
	type OutboundStatus,
} from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import { signRequest } from "../signatures/index.ts";
import { activitiesOf } from "./activities.ts";
import { addressesTarget } from "./create.ts";
import { outcomeOf, outcomeOfFailure } from "./outcome.ts";

/** A serialised activity, ready to be signed for any target. */
interface PreparedActivity {
	readonly id: string;
	readonly signer: string;
	readonly body: string;
}

/**
 * How many signatures are made at a time: enough to keep the processors busy, and few enough that other requests do not wait
 * behind a delivery to a thousand hosts.
 */
const maxSigning = 48;

/** How many characters of serialised activities are kept for further targets. */
const maxKept = 16 * 1024 * 1024;

/** What the activities of one delivery differ by: whom they are addressed to follows from the visibility. */
const versionOf = (delivery: Delivery): string =>
	"subject" in delivery
		? `${delivery.subject.message.changed} ${delivery.visibility}`
		: String(delivery.actor.updatedAt);

/** Sends deliveries: one signed POST per activity, in order. An activity for a thousand hosts is serialised once. */
export function createDeliver(context: PublishingContext, host: Pick<BridgeHost, "clock" | "http">): Bridge["deliver"] {
	const { ids, keys } = context;
	const signing = createGate({ width: maxSigning });
	const written = new LRUCache<string, readonly PreparedActivity[]>({
		maxSize: maxKept,
		sizeCalculation: (activities) => activities.reduce((sum, { body }) => sum + body.length, 1),
	});
	const writing = new Map<string, Promise<readonly PreparedActivity[]>>();

	async function preparedFor(delivery: Delivery): Promise<readonly PreparedActivity[]> {
		const key = `${delivery.id} ${versionOf(delivery)} ${addressesTarget(delivery)}`;
		const known = written.get(key) ?? writing.get(key);
		if (known !== undefined) return known;
		const started = prepareAll(delivery).finally(() => writing.delete(key));
		writing.set(key, started);
		const activities = await started;
		written.set(key, activities);
		return activities;
	}

	async function prepareAll(delivery: Delivery): Promise<readonly PreparedActivity[]> {
		const activities = await activitiesOf(context, delivery);
		return activities.map(({ signer, activity }) => ({ id: activity.id, signer, body: JSON.stringify(activity) }));
	}

	async function post({ signer, body }: PreparedActivity, url: URL, signal: AbortSignal): Promise<DeliveryResult> {
		const { privateKey } = await keys.of(signer);
		try {
			const { answer } = await sendSigned({ signer, body, privateKey }, url, signal);
			return outcomeOf(await answer, host.clock.now());
		} catch (failure) {
			return outcomeOfFailure(failure);
		}
	}

	/** Resolves when the request has been handed to the HTTP client; only the signing before that is limited. */
	function sendSigned(
		{ signer, body, privateKey }: { signer: string; body: string; privateKey: KeyObject },
		url: URL,
		signal: AbortSignal,
	): Promise<{ readonly answer: Promise<OutboundStatus> }> {
		return signing.run(async () => {
			const date = host.clock.now();
			const signed = await signRequest({ method: "POST", url, body, keyId: ids.keyId(signer), privateKey, date });
			const headers = { ...signed, "content-type": "application/activity+json" };
			return { answer: host.http.deliver({ method: "POST", url, body, signal, headers }) };
		});
	}

	return async (delivery, signal, progress) => {
		const url = URL.parse(delivery.reach.target);
		if (url === null) return { status: "rejected", reason: "invalid", detail: "not a URL" };
		const activities = await preparedFor(delivery);
		if (activities.length === 0) return { status: "rejected", reason: "unsupported" };
		const sent = [...(delivery.sent ?? [])];
		const left = activities.filter(({ id }) => !sent.includes(id));
		for (const activity of left) {
			const result = await post(activity, url, signal);
			if (result.status !== "delivered") return result;
			sent.push(activity.id);
			if (activity !== left.at(-1)) await progress?.(sent);
		}
		// A reaction is undone by its activity's id, which is kept as a link; messages are recognised by their URL.
		const first = activities[0];
		return delivery.kind === "reaction" && first !== undefined
			? { status: "delivered", ids: [first.id] }
			: { status: "delivered" };
	};
}
