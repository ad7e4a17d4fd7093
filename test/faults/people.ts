import { randomUUID } from "node:crypto";
import type { RemoteHost } from "../peers/remote-host.ts";
import { until } from "../support/wait.ts";
import type { Federation, Place } from "./federation.ts";
import { textOf } from "./views.ts";

/** A person on one of the three sides. Requests that were not acknowledged are repeated unchanged. */
export interface Person {
	/** Resolves with the message's id on its own side, when it was acknowledged. */
	post(name: string): Promise<string>;
	edit(id: string, name: string, version: number): Promise<void>;
	remove(id: string): Promise<void>;
	react(id: string, key: string): Promise<void>;
}

const publicly = "https://www.w3.org/ns/activitystreams#Public";
const acknowledged = new Set([200, 201, 202, 204]);

/** Jane, over the API. Every POST has an idempotency key of its own. */
export function janeIn({ jane }: Federation, { messages }: Place): Person {
	async function insist(method: string, route: string, body?: unknown): Promise<Record<string, unknown>> {
		const headers = method === "POST" ? { "Idempotency-Key": randomUUID() } : {};
		return until(`${method} ${route} is acknowledged`, async () => {
			const answer = await jane.answer(method, route, body, headers).catch(() => undefined);
			if (answer === undefined || answer.status >= 500) return undefined;
			if (!acknowledged.has(answer.status))
				throw new Error(`${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
			return answer.body;
		});
	}
	return {
		post: async (name) =>
			String((await insist("POST", messages, { type: "memo", content: { text: textOf(name) } })).id),
		edit: async (id, name, version) =>
			void (await insist("PATCH", `${messages}/${id}`, { content: { text: textOf(name, version) } })),
		remove: async (id) => void (await insist("DELETE", `${messages}/${id}`)),
		react: async (id, key) => void (await insist("PUT", `${messages}/${id}/reactions/${encodeURIComponent(key)}`, {})),
	};
}

/** A person on a fediverse host, who posts publicly and to the place. */
export function remoteIn({ provider }: Federation, place: Place, host: RemoteHost, name: string): Person {
	const mint = (kind: string): string => `${host.origin}/${kind}/${randomUUID()}`;
	const addressed = { to: [publicly], cc: [place.actor], audience: place.actor };
	async function insist(activity: Record<string, unknown>): Promise<void> {
		await until(`${String(activity.type)} of ${name} is acknowledged`, async () => {
			const status = await host.send(name, activity, `${provider.origin}/inbox`);
			if (status === undefined || status >= 500) return undefined;
			if (status !== 202) throw new Error(`${JSON.stringify(activity)}: ${status}`);
			return true;
		});
	}
	const note = (id: string, text: string) => ({
		id,
		type: "Note",
		attributedTo: host.actor(name),
		content: `<p>${text}</p>`,
		...addressed,
	});
	return {
		async post(text) {
			const id = mint("notes");
			await insist({ id: mint("activities"), type: "Create", ...addressed, object: note(id, textOf(text)) });
			return id;
		},
		edit: (id, text, version) =>
			insist({ id: mint("activities"), type: "Update", ...addressed, object: note(id, textOf(text, version)) }),
		remove: (id) => insist({ id: mint("activities"), type: "Delete", ...addressed, object: { id, type: "Tombstone" } }),
		react: (id, key) => insist({ id: mint("likes"), type: "Like", to: [place.actor], object: id, content: key }),
	};
}

/** Makes a Matrix user wait after each action until the provider has acknowledged it, not only their homeserver. */
export function waitingForPush(person: Person, { homeserver }: Federation): Person {
	const pushed = () => until("everything is pushed", () => homeserver.pusher.idle);
	return {
		async post(name) {
			const id = await person.post(name);
			await pushed();
			return id;
		},
		edit: (id, name, version) =>
			person
				.edit(id, name, version)
				.then(pushed)
				.then(() => {}),
		remove: (id) =>
			person
				.remove(id)
				.then(pushed)
				.then(() => {}),
		react: (id, key) =>
			person
				.react(id, key)
				.then(pushed)
				.then(() => {}),
	};
}

/** Alice, in the room. Her homeserver pushes her events until they are acknowledged. */
export function aliceIn({ alice }: Federation, { room }: Place): Person {
	const text = (name: string, version?: number) => ({ msgtype: "m.text", body: textOf(name, version) });
	return {
		post: async (name) => room.send(alice, "m.room.message", text(name)).event_id,
		async edit(id, name, version) {
			const content = {
				...text(name, version),
				"m.new_content": text(name, version),
				"m.relates_to": { rel_type: "m.replace", event_id: id },
			};
			room.send(alice, "m.room.message", content);
		},
		remove: async (id) => void room.redact(alice, id),
		react: async (id, key) =>
			void room.send(alice, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: id, key } }),
	};
}
