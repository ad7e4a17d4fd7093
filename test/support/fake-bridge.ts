import type { BridgeName } from "#core/ids.ts";
import { bridgeName } from "#core/ids.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Delivery, DeliveryResult } from "#core/ports/bridge/delivery.ts";
import type { RemoteMessage, RemotePerson } from "#core/ports/bridge/remote-event.ts";

/** A network in memory: it records deliveries and gives the answers that a test sets. */
export interface FakeBridge extends Bridge {
	readonly delivered: Delivery[];
	/** The results of the next deliveries, in this order; afterwards every delivery succeeds. */
	readonly answers: DeliveryResult[];
	/** The ids of the people who no longer exist. */
	readonly gone: Set<string>;
	/** What can be read from its servers by id; an error says that the server can't answer now. */
	readonly readable: Map<string, RemoteMessage | Error>;
	/** The ids that were asked for. */
	readonly asked: string[];
	/** A person on a host of this network. */
	person(name: string, host?: string): RemotePerson;
	/** A person without an inbox, who is only reached through rooms, as in Matrix. */
	guest(name: string): RemotePerson;
	message(sender: RemotePerson, id: string, text: string, rest?: Partial<RemoteMessage>): RemoteMessage;
}

export function createFakeBridge(
	name: string,
	{
		relays = false,
		rooms = false,
	}: { readonly relays?: boolean /** Every target has copies of its own. */; readonly rooms?: boolean } = {},
): FakeBridge {
	const own: BridgeName = bridgeName(name);
	const delivered: Delivery[] = [];
	const answers: DeliveryResult[] = [];
	const readable: FakeBridge["readable"] = new Map();
	const asked: string[] = [];
	const people = new Map<string, RemotePerson>();
	const gone = new Set<string>();
	const native = {
		message: "native",
		edit: "native",
		removal: "native",
		reaction: "native",
		unreaction: "native",
		join: "native",
		leave: "native",
	} as const;

	function remember(person: RemotePerson): RemotePerson {
		const known = people.get(person.id) ?? person;
		people.set(person.id, known);
		return known;
	}

	return {
		name: own,
		capabilities: {
			...native,
			answer: "native",
			link: "native",
			unlink: "native",
			profile: "native",
			departure: "native",
			"account-removal": "native",
			relays,
		},
		paths: [],
		delivered,
		answers,
		gone,
		readable,
		asked,
		async handle() {
			return { status: 404 };
		},
		async start() {},
		async stop() {},
		async deliver(delivery) {
			const answer = answers.shift();
			if (answer !== undefined && answer.status !== "delivered") return answer;
			delivered.push(delivery);
			if (answer !== undefined) return answer;
			// What is not in a room can't be edited there.
			if (rooms && delivery.kind === "edit" && delivery.subject.remote.length === 0) return { status: "delivered" };
			const id = `${name}-copy-of-${delivery.id}`;
			return rooms
				? { status: "delivered", ids: [`${id} in ${delivery.reach.target}`], ofTarget: true }
				: { status: "delivered", ids: [id] };
		},
		resolvers: {
			person: async (reference) =>
				[...people.values()].find((person) => reference.replace(/^@/, "") === `${person.handle}@${person.domain}`),
			isGone: async (id) => gone.has(id),
			room: async (room) => ({ bridge: own, target: room, lane: `${name}:${room}` }),
			message: async (id) => {
				asked.push(id);
				const found = readable.get(id);
				if (found instanceof Error) throw found;
				return found;
			},
			alternate: "unsupported",
		},
		person: (who, host = `${name}.test`) =>
			remember({
				id: `https://${host}/users/${who}`,
				profile: { displayName: who },
				handle: who,
				domain: host,
				kind: "person",
				reach: { bridge: own, target: `https://${host}/inbox`, lane: `${name}:${host}` },
			}),
		guest: (who) =>
			remember({
				id: `@${who}:${name}.test`,
				profile: { displayName: who },
				handle: `_${name}_${who}`,
				kind: "person",
			}),
		message: (sender, id, text, rest = {}) => ({
			kind: "message",
			id: `event of ${id}`,
			message: id,
			sender,
			raw: { id, text },
			place: { kind: "timeline" },
			type: "memo",
			content: { text, mime: "text/plain" },
			...rest,
		}),
	};
}
