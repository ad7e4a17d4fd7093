import { accountByHandle } from "#core/accounts/find-account.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { placeOf } from "#core/groups/place.ts";
import { bridgeName } from "#core/ids.ts";
import { readRegistration } from "../bridges/matrix/registration.ts";
import type { Client } from "../test/support/client.ts";
import type { Running } from "../test/support/gateway.ts";
import { until } from "../test/support/wait.ts";
import { outcome, step } from "./output.ts";

/** The homeserver at `MATRIX_URL`. It must have the registration file `MATRIX_REGISTRATION` installed. */
export interface Homeserver {
	/** The variables that turn the bridge on. */
	readonly env: Readonly<Record<string, string>>;
	/** The port at which the homeserver expects the provider. */
	readonly port: number;
	readonly url: string;
	readonly token: string;
}

/** The homeserver that the environment names, if any. */
export function namedHomeserver(env: NodeJS.ProcessEnv): Homeserver | undefined {
	const { MATRIX_URL: url, MATRIX_REGISTRATION: file, MATRIX_SERVER_NAME: serverName } = env;
	if (url === undefined || url === "") return undefined;
	if (file === undefined || serverName === undefined)
		throw new Error(
			"MATRIX_URL also needs MATRIX_REGISTRATION (the installed registration file) and MATRIX_SERVER_NAME",
		);
	const registration = readRegistration(file);
	return {
		url,
		token: registration.as_token,
		port: Number(new URL(registration.url ?? "http://localhost").port || 80),
		env: {
			CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
			CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: url,
			CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: serverName,
			CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: file,
		},
	};
}

/** Links a new room to Jane's timeline, and shows a memo arriving in the room. */
export async function showMatrix(
	{ url, token }: Homeserver,
	{ gateway }: Running,
	jane: Client,
	messages: string,
): Promise<void> {
	step("A Matrix room is linked to Jane's timeline, and her memo arrives as a message from her ghost");
	async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
		const answer = await fetch(`${url}/_matrix/client/v3${path}`, {
			method,
			headers: { Authorization: `Bearer ${token}` },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return (await answer.json()) as Record<string, unknown>;
	}
	const room = String((await ask("POST", "/createRoom", { preset: "public_chat", name: "Jane's timeline" })).room_id);
	const account = await accountByHandle(gateway.context, "jane", gateway.context.domain);
	const place = account === undefined ? undefined : await placeOf(gateway.context, account.timeline);
	if (account === undefined || place === undefined) throw new Error("Jane has no timeline");
	const matrix = bridgeName("matrix");
	await linkPortal(gateway.context, account, place, {
		bridge: matrix,
		reach: { bridge: matrix, target: room, lane: `matrix:${room}` },
		consented: true,
	});
	const { group } = place;
	await until("the link is active", async () =>
		(await jane.call("GET", `/api/groups/${group.id}/bridges`)).items.some(
			(item: { state: string }) => item.state === "active",
		),
	);
	await jane.call("POST", messages, { type: "memo", content: { text: "Hello, room" } });
	const event = await until("the memo is in the room", async () => {
		const { chunk } = (await ask("GET", `/rooms/${encodeURIComponent(room)}/messages?dir=b&limit=20`)) as {
			chunk: { sender: string; content: { body?: string } }[];
		};
		return chunk.find(({ content }) => content.body === "Hello, room");
	});
	process.stdout.write(`${JSON.stringify(event, undefined, 2).replace(/^/gm, "   │ ")}\n`);
	outcome(`the memo is in ${room}, sent by ${event.sender}`);
}
