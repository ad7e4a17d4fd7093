import type { Bridge, BridgeHost, BridgeModule, Capabilities } from "#bridge-kit";
import { configSchema, type MatrixConfig } from "./config.ts";
import { createGhosts } from "./ghosts.ts";
import { createHomeserver, HomeserverError, segment } from "./homeserver.ts";
import { createNames, laneOf } from "./ids.ts";
import type { Converter } from "./incoming/convert.ts";
import { createDeliver } from "./outgoing/deliver.ts";
import { createPeople } from "./people.ts";
import { readRegistration } from "./registration.ts";
import { createConsent } from "./rooms/consent.ts";
import { createHints } from "./rooms/hints.ts";
import { createMembers } from "./rooms/members.ts";
import { createReadBack } from "./rooms/read-back.ts";
import { createRoutes } from "./service/routes.ts";
import { createTakeIn, eventsOf, type TakeIn } from "./service/transactions.ts";

const capabilities: Capabilities = {
	message: "native",
	edit: "native",
	removal: "native",
	reaction: "native",
	unreaction: "native",
	link: "native",
	unlink: "native",
	profile: "native",
	join: "none",
	leave: "none",
	answer: "none",
	"account-removal": "none",
	relays: false,
	maxTextLength: 24_000,
};

function create(config: MatrixConfig, host: BridgeHost): Bridge {
	const registration = readRegistration(config.registration);
	const names = createNames(config);
	const homeserver = createHomeserver(config, registration);
	const people = createPeople(homeserver, () => host.clock.now());
	const ghosts = createGhosts(host, homeserver, names);
	const members = createMembers(homeserver, names);
	const consent = createConsent(host, homeserver, names, members);
	const converter: Converter = { text: host.text, person: people.of, isOurs: names.isOurs };
	const readBack = createReadBack(host, homeserver, () => takeIn);
	const takeIn: TakeIn = createTakeIn({
		host,
		people,
		converter,
		watch: consent.watch,
		settled: createHints(host, homeserver),
		passed: readBack.passed,
	});
	const deliver = createDeliver({ host, homeserver, names, ghosts, members, consent });

	/** What was waited for while we were away may have come. */
	async function lookAround(): Promise<void> {
		for (const { room, state } of await host.portals()) if (state === "waiting") await consent.judge(room);
		await readBack.all();
		host.report({ state: "connected" });
	}

	return {
		name: host.name,
		capabilities,
		paths: ["_matrix"],
		handle: createRoutes(
			{
				async transaction(id, body) {
					const events = eventsOf(body);
					readBack.transaction(id);
					await takeIn(events);
				},
				async hasUser(user) {
					const owner = names.ownerOf(user);
					const account = owner === undefined ? undefined : await host.accountByHandle(owner.handle, owner.domain);
					if (account === undefined || account.deletedAt !== undefined) return false;
					await ghosts.of(account);
					return true;
				},
				async hasAlias() {
					return false;
				},
			},
			registration.hs_token,
			host.limits.batchBytes,
		),
		async start(signal) {
			host.report({ state: "starting" });
			readBack.start(signal);
			// Neither the port nor the first answer waits for the homeserver, which may be waiting for us.
			setTimeout(() => {
				lookAround().catch((error: unknown) => {
					host.logger.warn({ err: error }, "The homeserver could not be asked");
					host.report({ state: "degraded", reason: error instanceof Error ? error.message : "no answer" });
				});
			}, 100).unref();
		},
		async stop() {
			await homeserver.close();
			host.report({ state: "stopped" });
		},
		deliver,
		async resolveRoom(room) {
			if (room.startsWith("!")) return { bridge: host.name, target: room, lane: laneOf(room) };
			if (!room.startsWith("#")) return undefined;
			try {
				const { room_id } = await homeserver.request("GET", `/directory/room/${segment(room)}`);
				return typeof room_id === "string" ? { bridge: host.name, target: room_id, lane: laneOf(room_id) } : undefined;
			} catch (error) {
				if (error instanceof HomeserverError && error.status >= 400 && error.status < 500) return undefined;
				throw error;
			}
		},
	};
}

export default { configSchema, create } satisfies BridgeModule<MatrixConfig>;
