import type { Message } from "#core/model/message.ts";
import type { Delivery, DeliveryResult } from "#core/ports/bridge/delivery.ts";
import { openScene, room } from "../matrix-scene.ts";

/** A bridge with jane's channel, and deliveries of what she says there to the room. */
export function openDeliveryScene() {
	const scene = openScene();
	const { host, bridge } = scene;
	const person = host.person("jane", { profile: { displayName: "Jane" } });
	const place = host.channel(person, "public", "talk");
	const said = (text: string, fields: Partial<Message> = {}) =>
		host.delivery(host.say(person, place, text, fields), room);
	const deliver = (delivery: object): Promise<DeliveryResult> =>
		bridge.deliver(delivery as Delivery, AbortSignal.timeout(60_000));
	/** A delivery about something that the room already has under these ids. */
	const known = (delivery: ReturnType<typeof said>, remote: readonly string[], rest: object) => ({
		...delivery,
		subject: { ...delivery.subject, remote },
		...rest,
	});
	return { ...scene, person, place, said, deliver, known };
}
